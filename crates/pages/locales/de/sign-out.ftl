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
