package app;

import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.client.oidc.web.logout.OidcClientInitiatedLogoutSuccessHandler;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** A site where people sign in by OpenID Connect. Its configuration names the issuer, and no endpoint. */
@SpringBootApplication
@RestController
public class App {
  public static void main(String[] arguments) {
    SpringApplication.run(App.class, arguments);
  }

  /**
   * Everything needs a sign-in, and one that fails says why. Who signs out here does so there too, and the
   * other way round.
   */
  @Bean
  SecurityFilterChain security(HttpSecurity http, ClientRegistrationRepository clients) throws Exception {
    var leaving = new OidcClientInitiatedLogoutSuccessHandler(clients);
    leaving.setPostLogoutRedirectUri("{baseUrl}/goodbye");
    return http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
        .oauth2Login(login -> login.failureHandler((request, response, why) -> {
          response.setStatus(HttpServletResponse.SC_FORBIDDEN);
          response.getWriter().print(why.getMessage());
        }))
        .oidcLogout(logout -> logout.backChannel(Customizer.withDefaults()))
        .csrf(csrf -> csrf.disable())
        .logout(leave -> leave.logoutSuccessHandler(leaving))
        .build();
  }

  /** What the ID token said, and what userinfo did. */
  @GetMapping("/")
  Map<String, Object> home(@AuthenticationPrincipal OidcUser user) {
    return Map.of("identity", user.getIdToken().getClaims(), "info", user.getUserInfo().getClaims());
  }
}
