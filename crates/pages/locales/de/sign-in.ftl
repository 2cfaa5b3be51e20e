# Anmelden.

sign-in-title = Anmelden
sign-in-to-continue-html = um mit <strong><bdi>{ $app }</bdi></strong> fortzufahren
sign-in-button = Anmelden
sign-in-forgotten = Passwort vergessen?
sign-in-new = Neu hier?
sign-in-create-account = Konto erstellen

sign-in-wrong = E-Mail oder Passwort stimmt nicht. Prüfen Sie beides und versuchen Sie es noch einmal.
sign-in-stale = Dieses Formular war veraltet. Bitte melden Sie sich noch einmal an.
sign-in-disabled = Dieses Konto wurde gesperrt. Wenden Sie sich an die Betreiber dieses Dienstes.
sign-in-test-mode = Diese App ist im Testmodus. Melden Sie sich mit einem Testnutzer an, der mit ihr angelegt wurde; Ihr eigenes Konto bekommt sie nicht zu sehen.
sign-in-no-test-user = Diese App ist im Testmodus, und dieses Konto ist keiner ihrer Testnutzer.
sign-in-test-user = Das ist ein Testnutzer: Er kann sich nur bei der Test-App anmelden, mit der er angelegt wurde.

sign-in-ended = Ihre Sitzung ist beendet: Sie war zu alt oder wurde anderswo beendet. Melden Sie sich noch einmal an.
sign-in-after-sign-up = Falls diese Adresse hier neu war, ist Ihr Konto bereit: Melden Sie sich mit dem Passwort an, das Sie gewählt haben.
sign-in-after-signed-out = Sie wurden inzwischen abgemeldet, deshalb ist nichts geschehen. Melden Sie sich an, um fortzufahren.
sign-in-after-everywhere = Sie sind in allen Browsern abgemeldet, auch in diesem.
sign-in-after-switch = Sie sind abgemeldet. Melden Sie sich mit dem Konto an, das Sie verwenden möchten.
sign-in-after-deleted = Ihr Konto ist gelöscht.
sign-in-after-changed = Das Passwort oder das Konto wurde geändert, während Sie sich angemeldet haben. Bitte melden Sie sich noch einmal an.

no-cookie = Ihr Browser hat kein Cookie zurückgeschickt, und dieses Formular braucht eines. Erlauben Sie Cookies für { $host } und versuchen Sie es noch einmal.

throttled = { $minutes ->
    [one] Zu viele Versuche. Warten Sie 1 Minute und versuchen Sie es noch einmal.
   *[other] Zu viele Versuche. Warten Sie { $minutes } Minuten und versuchen Sie es noch einmal.
}
throttled-strangers = { $hours ->
    [one] Fremde haben hier heute viele Passwörter ausprobiert. Darum wird ein Passwort nur in einem Browser angenommen, in dem Sie schon einmal angemeldet waren. Wählen Sie in diesem per E-Mail ein neues, oder warten Sie 1 Stunde.
   *[other] Fremde haben hier heute viele Passwörter ausprobiert. Darum wird ein Passwort nur in einem Browser angenommen, in dem Sie schon einmal angemeldet waren. Wählen Sie in diesem per E-Mail ein neues, oder warten Sie { $hours } Stunden.
}
throttled-hours = Zu viele Versuche. Warten Sie { $hours } Stunden und versuchen Sie es noch einmal.
busy = Gerade melden sich viele Leute aus Ihrem Netz an. Warten Sie ein paar Sekunden und versuchen Sie es noch einmal.
sign-in-again = Die App bittet Sie, sich noch einmal anzumelden.

## Anmeldung beim Betreiber selbst, und der Weg zurück.
handoff-after-signed-out = Sie sind hier abgemeldet. Melden Sie sich an, um fortzufahren.
handoff-after-everywhere = Sie sind hier in allen Browsern abgemeldet, auch in diesem.
handoff-after-changed = Das Konto wurde geändert, während Sie sich angemeldet haben. Bitte melden Sie sich noch einmal an.
handoff-failed-title = Sie sind nicht angemeldet
handoff-other-browser = Die Anmeldung wurde in einem anderen Browser begonnen, oder dieser behält keine Cookies. Beginnen Sie sie hier.
handoff-late = Der Weg zurück hat zu lange gedauert. Melden Sie sich noch einmal an; es ist nichts verloren.
handoff-used = Diese Anmeldung wurde schon benutzt. Melden Sie sich noch einmal an; es ist nichts verloren.
handoff-unknown = Dieser Link ist unvollständig oder zu alt. Melden Sie sich noch einmal an; es ist nichts verloren.
handoff-refused = Sie haben sich nicht angemeldet, deshalb ist nichts geschehen.
handoff-again = Noch einmal anmelden
