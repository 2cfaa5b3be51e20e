# Abmelden.

sign-out-title = Abmelden
sign-out-question = Von { $product } abmelden?
sign-out-signed-in-as-html = Sie sind angemeldet als <strong><bdi>{ $email }</bdi></strong>
sign-out-for-app = { $app } hat Sie zum Abmelden hierher geschickt.
sign-out-ends = Abgemeldet wird nur dieser Browser. Apps, denen Sie den Zugriff erlaubt haben, behalten ihn.
sign-out-button = Abmelden
sign-out-stay = Angemeldet bleiben

signed-out-title = Sie sind abgemeldet
signed-out-apps = Apps, denen Sie den Zugriff erlaubt haben, behalten ihn.

logout-wrong-title = Dieser Link zum Abmelden stimmt nicht
logout-wrong = Eine App hat Sie zum Abmelden hierher geschickt, doch ihrem Link kann nicht gefolgt werden. Sie können sich hier selbst abmelden.

# Was an einem solchen Link nicht stimmt, für die Entwickler der App.
logout-repeated = Der Link nennt einen Parameter mehr als einmal.
logout-hint = id_token_hint ist kein ID-Token dieses Anbieters, oder es wurde unterwegs verändert.
logout-other-client = id_token_hint wurde einer anderen App als client_id gegeben.
logout-nobody = post_logout_redirect_uri braucht einen id_token_hint oder sonst eine client_id.
logout-uri = post_logout_redirect_uri ist keine, die die App registriert hat.
logout-state = state ist länger als 4096 Bytes.
