# Der zweite Schritt einer Anmeldung, und wo man ihn einrichtet.

second-title = Ihr zweiter Schritt
second-code-means = Öffnen Sie Ihre Authenticator-App und geben Sie den Code ein, den sie für { $product } zeigt.
second-code-label = Code
second-code-hint = Sechs Ziffern
second-button = Weiter
second-recovery = Einen Wiederherstellungscode verwenden
second-recovery-label = Wiederherstellungscode
second-recovery-hint = Jeder gilt einmal.
second-other-account = Mit einem anderen Konto anmelden
second-wrong = Dieser Code stimmt nicht oder wurde schon benutzt. Warten Sie auf den nächsten und geben Sie den ein.
second-recovery-wrong = Das ist keiner Ihrer Wiederherstellungscodes, oder er wurde schon benutzt.
second-late = Das hat zu lange gedauert. Geben Sie Ihr Passwort noch einmal ein.
second-unreadable = Gerade kann kein Code geprüft werden. Verwenden Sie einen Wiederherstellungscode oder wenden Sie sich an die Betreiber dieses Dienstes.
sign-in-after-proof = Ihre Anmeldung liegt eine Weile zurück. Zeigen Sie, dass Sie es noch sind.

second-set-up-title = Zweiten Schritt einrichten
second-set-up-means = Von da an braucht eine Anmeldung Ihr Passwort und einen Code einer Authenticator-App. Sitzungen in anderen Browsern enden.
second-set-up-either = Von da an genügt Ihr Passwort allein nicht mehr, um hereinzukommen. Sitzungen in anderen Browsern enden.
second-set-up-passkey = Passkey
second-set-up-passkey-means = Sie weisen ihn mit der Sperre Ihres Geräts nach: Finger, Gesicht oder PIN.
second-set-up-needed = { $product } verlangt bei dieser Anmeldung einen zweiten Schritt.
second-set-up-scan = Scannen Sie dieses Bild mit einer Authenticator-App auf Ihrem Telefon, oder geben Sie dort den Schlüssel ein.
second-set-up-picture = Der Schlüssel als QR-Code
second-set-up-key = Schlüssel
second-set-up-confirm = Geben Sie dann den Code ein, den die App zeigt.
second-set-up-button = Einrichten
second-set-up-stale = Diese Seite war veraltet. Hier ist ein neuer Schlüssel: Entfernen Sie den früheren aus Ihrer App.
second-elsewhere-title = Ein zweiter Schritt ist nötig
second-elsewhere = Was Sie vorhaben, braucht eine Anmeldung mit einem zweiten Faktor, und Sie melden sich mit dem Konto an, das Sie bei { $product } haben. Melden Sie sich noch einmal an und verwenden Sie dort einen.

# Beside a new password.
link-password-code = Code Ihrer Authenticator-App oder ein Wiederherstellungscode

recovery-title = Ihre Wiederherstellungs{ "\u00AD" }codes
recovery-once = Sie werden nur jetzt gezeigt.
recovery-keep = Drucken oder kopieren Sie sie und heben Sie sie dort auf, wo Sie suchen würden, wenn Ihr Telefon weg wäre. Jeder lässt Sie einmal hinein, anstelle eines Codes der App oder eines Passkeys.
recovery-kept = Ich habe sie aufgehoben

security-title = Passkeys und zweiter Schritt
security-link = Passkeys und den zweiten Schritt Ihrer Anmeldung einrichten oder ändern
security-none = Sie melden sich nur mit Ihrem Passwort an. Mit einem zweiten Schritt kommt niemand hinein, der es herausgefunden hat.
security-set-up = Zweiten Schritt einrichten
security-since = Sie melden sich mit Ihrem Passwort und einem Code einer Authenticator-App an, seit { $time }.
security-codes-title = Wiederherstellungscodes
security-codes-left = { $count ->
    [0] Sie haben keinen Wiederherstellungscode mehr: Erzeugen Sie neue.
    [one] Sie haben noch einen Wiederherstellungscode.
   *[other] Sie haben noch { $count } Wiederherstellungscodes.
}
security-codes-means = Neue treten an die Stelle derer, die Sie haben.
security-codes-button = Neue Wiederherstellungscodes erzeugen
security-remove-means = Sie melden sich dann nur mit Ihrem Passwort an. Um zu einer anderen App zu wechseln, entfernen Sie diese und richten die andere ein.
security-remove-needed = Hier brauchen alle einen zweiten Schritt, deshalb richten Sie bei der nächsten Anmeldung einen anderen ein.
security-remove-button = Zweiten Schritt entfernen
security-done-removed = Der zweite Schritt ist entfernt.
security-changed = Das wurde inzwischen in einem anderen Browser geändert. So ist es jetzt.

# Passkeys.
passkey-use = Mit einem Passkey anmelden
passkey-script = Mit einem Passkey melden Sie sich nur an, wo Skripte laufen.
passkey-failed = Es wurde kein Passkey benutzt. Versuchen Sie es noch einmal, oder melden Sie sich anders an.
passkey-refused = Dieser Passkey führt hier nicht hinein. Versuchen Sie einen anderen, oder melden Sie sich anders an.
passkey-copied = Dieser Passkey wurde abgelehnt: Er scheint eine Kopie zu sein. Melden Sie sich anders an, entfernen Sie ihn auf der Seite Ihres Kontos und erstellen Sie einen neuen.
passkey-late = Das hat zu lange gedauert. Versuchen Sie es noch einmal.
second-passkey-means = Benutzen Sie Ihren Passkey oder einen Ihrer Wiederherstellungscodes.
passkeys-title = Passkeys
passkeys-means = Mit einem Passkey melden Sie sich mit der Sperre Ihres Geräts an und geben nichts ein. Ihr Passwort allein genügt dann nicht.
passkeys-since = Seit { $time }
passkeys-since-used = Seit { $time }, zuletzt benutzt { $used }
passkeys-change = Ändern
passkeys-name = Name
passkeys-rename = Umbenennen
passkeys-remove = Entfernen
passkeys-remove-means = Wenn Sie einen entfernen, enden Ihre anderen Sitzungen.
passkeys-last = Dieser Passkey ist Ihr einziger Weg hinein. Wählen Sie ein Passwort, bevor Sie ihn entfernen.
passkeys-add = Passkey hinzufügen
passkeys-script = Ein Passkey wird nur hinzugefügt, wo Skripte laufen.
passkeys-done-added = Der Passkey ist hinzugefügt.
passkeys-done-renamed = Der Passkey heißt jetzt anders.
passkeys-done-removed = Der Passkey ist entfernt, und Ihre anderen Sitzungen sind beendet.
passkeys-name-wrong = Geben Sie dem Passkey einen Namen von höchstens 60 Zeichen.
passkeys-not-added = Der Passkey wurde nicht hinzugefügt. Versuchen Sie es noch einmal.
passkeys-taken = Dieser Passkey ist hier schon bekannt.
passkeys-gone = Diesen Passkey gibt es nicht mehr.
security-app-title = Authenticator-App
security-no-app = Sie melden sich mit einem Passkey an. Eine Authenticator-App ist ein weiterer zweiter Schritt, wenn Sie keinen zur Hand haben.
security-remove-app = Ihre Passkeys bleiben Ihr zweiter Schritt, wenn Sie die App entfernen.
