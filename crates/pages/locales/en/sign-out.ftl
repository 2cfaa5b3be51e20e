# Signing out.

sign-out-title = Sign out
sign-out-question = Sign out of { $product }?
sign-out-signed-in-as-html = You are signed in as <strong><bdi>{ $email }</bdi></strong>
sign-out-for-app = { $app } sent you here to sign out.
sign-out-ends = This ends the sign-in in this browser only. Apps you have allowed keep their access.
sign-out-button = Sign out
sign-out-stay = Stay signed in

signed-out-title = You are signed out
signed-out-apps = Apps you have allowed keep their access.

logout-wrong-title = This sign-out link is not right
logout-wrong = An app sent you here to sign out, but its link cannot be followed. You can sign out here yourself.

# What is wrong with such a link, for the app’s developer.
logout-repeated = The link names a parameter more than once.
logout-hint = id_token_hint is no ID token of this provider, or it was changed on its way.
logout-other-client = id_token_hint was given to another app than client_id.
logout-nobody = post_logout_redirect_uri needs an id_token_hint, or else a client_id.
logout-uri = post_logout_redirect_uri is not one that the app registered.
logout-state = state is longer than 4096 bytes.
