# E-Mails. $product ist der Name des Anbieters.

mail-until = Der Link gilt einmal, bis { $time }.
mail-not-you = Haben Sie das nicht angefordert, ist nichts zu tun.
mail-not-wanted = Möchten Sie keines, ist nichts zu tun.

mail-off-subject = Ihr Konto bei { $product }
mail-off = Ihr Konto bei { $product } wurde gesperrt, deshalb lässt sich damit nichts tun.
mail-off-ask = Wenden Sie sich an die Betreiber dieses Dienstes.

mail-account-asked = Jemand, vermutlich Sie, hat mit dieser Adresse ein Konto bei { $product } angefordert.
mail-account-invited = Sie sind eingeladen, ein Konto bei { $product } zu erstellen.
mail-account-subject = Erstellen Sie Ihr Konto bei { $product }
mail-account-button = Konto erstellen
mail-account-unproved = Es gibt schon eines, das niemand bestätigt hat. Es wird Ihres: Sie wählen ein neues Passwort, und wer es angelegt hat, wird abgemeldet.
mail-account-unproved-button = Zu Ihrem Konto machen
mail-have-one-subject = Sie haben ein Konto bei { $product }
mail-have-one = Sie haben schon eines.
mail-have-one-button = Anmelden
mail-have-one-forgotten = Haben Sie Ihr Passwort vergessen? Wählen Sie ein neues unter { $url }

mail-recovery-asked = Jemand, vermutlich Sie, hat für ein Konto bei { $product } mit dieser Adresse ein neues Passwort angefordert.
mail-recovery-none-subject = Kein Konto bei { $product } hat diese Adresse
mail-recovery-none = Ein solches Konto gibt es nicht. Vielleicht haben Sie eines mit einer anderen Adresse.
mail-recovery-subject = Wählen Sie ein neues Passwort bei { $product }
mail-recovery-button = Neues Passwort wählen

mail-last-for-now = E-Mails dieser Art wurden so oft angefordert, dass diese Adresse für eine Weile keine mehr bekommt. War das jemand anders, brauchen Sie nichts zu tun: Ohne Ihr Postfach kommt niemand weiter.

mail-proof-subject = Bestätigen Sie Ihre E-Mail-Adresse bei { $product }
mail-proof = Bestätigen Sie, dass Sie die E-Mails für { $email } lesen.
mail-proof-button = E-Mail-Adresse bestätigen

mail-change-taken-subject = Diese Adresse hat ein Konto bei { $product }
mail-change-taken = Jemand, vermutlich Sie, möchte diese Adresse für ein Konto bei { $product } verwenden.
mail-change-taken-by = Sie gehört schon zu einem anderen Konto und lässt sich deshalb nicht verwenden.
mail-change-subject = Bestätigen Sie Ihre neue E-Mail-Adresse bei { $product }
mail-change = Bestätigen Sie, dass Sie die E-Mails für { $email } lesen, und sie wird die Adresse Ihres Kontos bei { $product }.
mail-change-button = Diese Adresse verwenden

mail-changed-email-subject = Ihre E-Mail-Adresse bei { $product } wurde geändert
mail-changed-email = Ihr Konto bei { $product } hat jetzt eine andere E-Mail-Adresse.
mail-changed-email-undo = Waren Sie das, ist nichts zu tun. Waren Sie es nicht, machen Sie es rückgängig: Sie bekommen Ihre Adresse zurück, wählen ein neues Passwort, und alle Browser werden abgemeldet.
mail-changed-email-button = Rückgängig machen

mail-changed-password-subject = Ihr Passwort bei { $product } wurde geändert
mail-changed-password = Das Passwort Ihres Kontos bei { $product } wurde am { $time } geändert.
mail-changed-name-subject = Ihr Name bei { $product } wurde geändert
mail-changed-name = Der Name Ihres Kontos bei { $product } wurde am { $time } geändert.
mail-changed-sign-ins-subject = Die Wege zur Anmeldung bei { $product } wurden geändert
mail-changed-sign-ins = Eine Anmeldung mit einem anderen Anbieter wurde am { $time } zu Ihrem Konto bei { $product } hinzugefügt oder daraus entfernt.
mail-changed-not-you = Waren Sie das, ist nichts zu tun. Waren Sie es nicht, melden Sie ab, wer es war, und wählen Sie dann ein neues Passwort.
mail-changed-button = Abmelden

mail-second-begun-subject = Bei { $product } wurde ein zweiter Schritt eingerichtet
mail-second-begun = Seit { $time } braucht eine Anmeldung bei Ihrem Konto bei { $product } einen Passkey oder einen Code einer Authenticator-App. Andere Browser wurden abgemeldet.
mail-second-begun-not-you = Waren Sie das, ist nichts zu tun. Waren Sie es nicht, entfernen Sie ihn mit dem Passwort, das Sie davor hatten, und wählen Sie dann ein neues.
mail-second-begun-button = Das war ich nicht
mail-second-added-subject = Bei { $product } wurde ein zweiter Schritt eingerichtet
mail-second-added = Seit { $time } braucht eine Anmeldung bei Ihrem Konto bei { $product } einen Code einer Authenticator-App. Andere Browser wurden abgemeldet.
mail-second-removed-subject = Der zweite Schritt bei { $product } wurde entfernt
mail-second-removed = Der zweite Schritt Ihrer Anmeldung bei { $product } wurde am { $time } entfernt. Wenn Sie keinen Passkey haben, genügt jetzt Ihr Passwort allein.
mail-recovery-code-subject = Bei { $product } wurde ein Wiederherstellungscode benutzt
mail-recovery-code = Ein Wiederherstellungscode Ihres Kontos bei { $product } wurde am { $time } benutzt, anstelle eines Codes Ihrer Authenticator-App oder eines Passkeys.
mail-passkeys-subject = Ihre Passkeys bei { $product } wurden geändert
mail-passkeys = Ein Passkey wurde am { $time } zu Ihrem Konto bei { $product } hinzugefügt oder daraus entfernt.
mail-passkey-copied-subject = Ein Passkey von Ihnen bei { $product } wurde abgelehnt
mail-passkey-copied = Am { $time } wollte sich jemand bei Ihrem Konto bei { $product } mit einem Passkey anmelden, der eine Kopie des Ihren zu sein scheint, und wurde abgelehnt. Entfernen Sie diesen Passkey auf der Seite Ihres Kontos und erstellen Sie einen neuen.

mail-device-subject = Ein neues Gerät hat sich bei { $product } angemeldet
mail-device = { $browser } wurde am { $time } bei Ihrem Konto bei { $product } angemeldet. Dieser Browser war bisher nicht bekannt.
mail-device-any = Ein Browser wurde am { $time } bei Ihrem Konto bei { $product } angemeldet. Er war bisher nicht bekannt.
mail-device-not-you = Waren Sie das, ist nichts zu tun. Waren Sie es nicht, melden Sie ihn ab und wählen Sie dann ein neues Passwort.
mail-device-button = Abmelden

mail-test-subject = Test-E-Mail von { $product }
mail-test-subject-of = Test-E-Mail von { $product } ({ $copy } von { $copies })
mail-test = Das ist ein Test: { $product } kann Ihnen E-Mails schicken.
mail-test-asked = Jemand, der den Dienst betreibt, hat sie mit dem Befehl „valetkey mail test“ angefordert. Es ist nichts zu tun.

mail-invitation-subject = { $organization } bei { $product } beitreten
mail-invitation = { $name } bittet Sie, bei { $product } der Organisation { $organization } beizutreten, um gemeinsam Apps zu betreiben.
mail-invitation-role = Ihre Rolle wäre: { $role }
mail-invitation-button = Zu Ihren Einladungen
mail-invitation-until = Das gilt bis { $time }. Melden Sie sich mit dieser Adresse an, um zu antworten.
mail-invitation-not-wanted = Wenn Sie das nicht möchten, brauchen Sie nichts zu tun.
mail-developer-subject = Sie können bei { $product } Apps erstellen
mail-developer = Sie sind eingeladen, bei { $product } Apps zu erstellen. Melden Sie sich mit { $email } an; wenn Sie mit dieser Adresse noch kein Konto haben, legen Sie zuerst eines an und bestätigen Sie sie.
mail-developer-button = App erstellen
mail-transfer-subject = Die App { $app } wird Ihnen bei { $product } angeboten
mail-transfer = { $name } möchte Ihnen die App { $app } bei { $product } übergeben.
mail-transfer-button = Zum Angebot
mail-domain-lost-subject = Eine Domain von { $organization } bei { $product } gilt nicht mehr als nachgewiesen
mail-domain-lost = { $organization } hatte bei { $product } eine Domain nachgewiesen. Ihre Datei wurde dort eine Woche lang nicht gefunden, oder eine andere Organisation hat die Domain nachgewiesen. Wer nach Ihren Apps gefragt wird, sieht sie nicht mehr.
mail-domain-lost-button = Zu den Domains
mail-domain-lost-after = Legen Sie die Datei wieder dorthin, und prüfen Sie auf dieser Seite.
mail-secret-end-subject = Ein Secret von { $app } bei { $product } endet bald
mail-secret-end = Ein Secret der App { $app } bei { $product } endet am { $time }. Danach wird es abgelehnt.
mail-secret-end-name = Es heißt: { $name }
mail-secret-end-button = Ein neues erstellen
mail-secret-end-after = Setzen Sie das neue ein, bevor das alte endet: Bis dahin gelten beide.

mail-review-asked-subject = { $product }: { $app } bittet um eine Prüfung
mail-review-asked = Jemand bittet Sie, sich die App { $app } anzusehen oder ihr mehr zu erlauben.
mail-review-answered-subject = { $product }: Antwort zu { $app }
mail-review-answered = Wer die App { $app } entwickelt, hat geantwortet und wartet auf Sie.
mail-review-back-subject = { $product }: eine Frage zu { $app }
mail-review-back = Wer Ihre App { $app } prüft, hat eine Frage. Sie steht auf der Seite ihrer Prüfung, wo Sie antworten können.
mail-review-approved-subject = { $product }: { $app } ist genehmigt
mail-review-approved = Worum Sie für Ihre App { $app } gebeten haben, ist genehmigt.
mail-review-refused-subject = { $product }: { $app } ist nicht genehmigt
mail-review-refused = Worum Sie für Ihre App { $app } gebeten haben, ist nicht genehmigt. Der Grund steht auf der Seite ihrer Prüfung, wo Sie erneut fragen können.
mail-review-button = Anfrage ansehen

mail-app-subject = { $app } hat jetzt Zugriff auf Ihr Konto bei { $product }
mail-app = Sie haben { $app } am { $time } Zugriff auf Ihr Konto bei { $product } gegeben.
mail-app-not-you = Waren Sie das, ist nichts zu tun. Waren Sie es nicht, entfernen Sie die App und wählen Sie dann ein neues Passwort.
mail-app-button = App entfernen
# Anstelle eines Namens.
mail-app-unnamed = Eine App

# Das Konto ist gelöscht.
mail-deleted-subject = Ihr Konto bei { $product } wurde gelöscht
mail-deleted = Ihr Konto bei { $product } wurde gelöscht, wie Sie oder die Betreiber es veranlasst haben.
mail-deleted-means = Sie sind überall abgemeldet, keine App kann es mehr verwenden, und es lässt sich nicht wiederherstellen. Mit dieser Adresse können Sie jederzeit ein neues anlegen.
mail-deleted-not-you = Wenn Sie das nicht waren, wenden Sie sich an die Betreiber dieses Dienstes.
