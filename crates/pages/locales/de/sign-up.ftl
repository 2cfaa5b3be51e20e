# Ein Konto erstellen und eine E-Mail anfordern.

sign-up-title = Konto erstellen
sign-up-button = Konto erstellen
sign-up-have-one = Haben Sie schon ein Konto?
sign-up-stale = Dieses Formular war veraltet. Bitte schicken Sie es noch einmal ab.
sign-up-invited-title = Sie brauchen eine Einladung
sign-up-invited = Konten bei { $product } gibt es auf Einladung: Bitten Sie die Betreiber dieses Dienstes um eine und folgen Sie dem Link in der E-Mail. Wer schon ein Konto hat, meldet sich an.

recover-title = Neues Passwort anfordern
recover-remember = Ist Ihnen Ihr Passwort eingefallen?

ask-sends-link = Wir schicken Ihnen eine E-Mail mit einem Link.
ask-leads-to-account = Er führt zu einer Seite, auf der Sie Ihren Namen und Ihr Passwort wählen.
ask-leads-to-password = Er führt zu einer Seite, auf der Sie ein neues Passwort wählen.
ask-button = E-Mail schicken
ask-too-many = Sehen Sie zuerst in Ihrem Postfach nach.

sent-title = Sehen Sie in Ihrem Postfach nach
sent-to = Eine E-Mail an { $email } ist unterwegs.
sent = Die E-Mail ist unterwegs.
sent-sign-up = Folgen Sie dem Link darin, um Ihr Konto zu erstellen. Er gilt einen Tag.
sent-recovery = Folgen Sie dem Link darin, um ein neues Passwort zu wählen. Er gilt zwei Stunden.
sent-proof = Folgen Sie dem Link darin, um die Adresse zu bestätigen. Er gilt einen Tag.
sent-junk = Nach einigen Minuten noch nichts da? Sehen Sie im Spam-Ordner nach.
sent-sign-in = Weiter zur Anmeldung
