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
