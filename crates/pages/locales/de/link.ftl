# Die Seiten hinter den Links in E-Mails.

link-join-title = Erstellen Sie Ihr Konto
link-password-title = Neues Passwort wählen
link-password-button = Passwort festlegen
link-password-passkey = Weisen Sie zuerst Ihren Passkey nach oder geben Sie unten einen Code ein.
link-password-passkey-button = Passkey verwenden
link-password-proved = Ihr Passkey stimmt. Wählen Sie jetzt das Passwort.
link-taken = Mit dieser Adresse wurde ein Konto angelegt, und noch niemand hat gezeigt, dass er ihre E-Mails liest. Jetzt wird es Ihres: Wer es angelegt hat, vielleicht Sie selbst, wird abgemeldet, und was Apps erlaubt wurde, endet.
link-restored = Das wird wieder die Adresse Ihres Kontos, und alle Browser werden abgemeldet. Wählen Sie auch ein neues Passwort: Wer die Adresse geändert hat, kennt das alte.

link-change-title = Diese Adresse verwenden
link-change = { $email } wird die Adresse dieses Kontos. Wir schreiben an { $before }; von dort lässt es sich eine Woche lang rückgängig machen.
link-change-from-unknown = { $email } wird die Adresse dieses Kontos. Wir schreiben an die bisherige Adresse; von dort lässt es sich eine Woche lang rückgängig machen.
link-releases = Mit dieser Adresse wurde schon ein anderes Konto angelegt, und noch niemand hat gezeigt, dass er ihre E-Mails liest. Es wird abgeschaltet, und was es Apps erlaubt hatte, endet.
link-not-you-title = Waren Sie das nicht?
link-ends-one = Der Browser, in dem das geschah, wird von Ihrem Konto abgemeldet.
link-ends-all = Alle Browser werden von Ihrem Konto abgemeldet.
link-ends-button = Abmelden
link-takes-back = Jemand hat einen zweiten Schritt für Ihre Anmeldung eingerichtet, vielleicht jemand, der Ihr Passwort kennt. Geben Sie das Passwort ein, das Sie davor hatten: Der zweite Schritt wird entfernt, und alle Browser werden abgemeldet.
link-takes-back-button = Zweiten Schritt entfernen
link-ends-otherwise = Ohne dieses Passwort werden alle Browser abgemeldet, und der zweite Schritt bleibt. Dann können die Betreiber dieses Dienstes helfen.
link-earlier-password = Ihr Passwort davor
link-earlier-hint = Nur nötig, wenn seitdem ein zweiter Schritt eingerichtet wurde, der nicht von Ihnen ist: Dann wird er entfernt.
link-wrong-earlier = Das ist nicht das Passwort, das dieses Konto davor hatte.
link-proof-title = Bestätigen Sie Ihre E-Mail-Adresse
link-proof = { $email } gilt von jetzt an als Adresse dieses Kontos und darf Apps genannt werden.
link-proof-button = Bestätigen

link-account-of-html = Das Konto von <strong><bdi>{ $name }</bdi></strong>
link-account-email = E-Mail-Adresse dieses Kontos
link-account-password = Passwort dieses Kontos
link-wrong-password = Das ist nicht das Passwort dieses Kontos.
link-not-yours = Nicht Ihr Konto? Dann ist nichts zu tun: Es geschieht nichts, solange niemand sein Passwort eingibt.
link-stale = Diese Seite war veraltet. Bitte versuchen Sie es noch einmal.

link-unknown-title = Dieser Link funktioniert nicht
link-unknown = Er ist unvollständig, oder eine spätere E-Mail oder Änderung hat ihn ersetzt. Nehmen Sie die neueste E-Mail oder fordern Sie eine weitere an.
link-used-title = Dieser Link wurde schon benutzt
link-used = Jeder gilt nur einmal.
link-expired-title = Dieser Link ist abgelaufen
link-expired = Fordern Sie eine weitere E-Mail an; ihr Link gilt eine Weile.
link-closed-title = Mit diesem Link lässt sich kein Konto mehr erstellen
link-closed = Seit er verschickt wurde, haben die Betreiber dieses Dienstes geändert, wer ein Konto erstellen darf. Bitten Sie sie um eines; wer schon eines hat, meldet sich an.
link-another = Weitere E-Mail anfordern
link-have-one-title = Sie haben schon ein Konto
link-have-one = Es gibt ein Konto mit dieser Adresse, und es ist bestätigt. Melden Sie sich an.
link-taken-title = Diese Adresse hat schon ein Konto
link-taken-by = Ein anderes Konto hat diese Adresse, deshalb wurde nichts geändert.
link-has-apps-title = Zu diesem Konto gehören Apps
link-has-apps = Zum Konto mit dieser Adresse gehören Apps, deshalb kann es so nicht Ihres werden. Wenden Sie sich an die Betreiber dieses Dienstes.
link-none-title = Dieses Konto gibt es nicht
link-none = Kein Konto hat diese Adresse mehr.

link-changed-title = Ihre Adresse ist geändert
link-changed = Melden Sie sich von jetzt an mit ihr an. Wir haben an die bisherige Adresse geschrieben; von dort lässt sich das eine Woche lang rückgängig machen.
link-ended-one-title = Der Browser ist abgemeldet
link-ended-all-title = Alle Browser sind abgemeldet
link-ended = Wer das getan hat, kennt Ihr Passwort: Wählen Sie ein neues.
link-took-back-title = Der zweite Schritt ist entfernt
link-took-back = Alle Browser sind abgemeldet. Wer das getan hat, kennt Ihr Passwort: Wählen Sie ein neues.
link-proved-title = Ihre E-Mail-Adresse ist bestätigt
link-proved = Sie können diese Seite schließen und dort weitermachen, wo Sie waren.

link-app-title = { $app } entfernen?
link-app = { $app } kann Ihr Konto nutzen. Entfernen beendet den Zugriff sofort, auf allen ihren Geräten.
link-app-ended = Haben nicht Sie ihr Zugriff gegeben, kennt jemand anders Ihr Passwort: Wählen Sie ein neues.
