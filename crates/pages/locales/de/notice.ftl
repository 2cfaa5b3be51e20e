# Seiten, die eines sagen: was geschehen ist und wie es weitergeht.

notice-for-developers = Für die Entwickler der App
notice-error = Fehler
notice-what-it-means = Was er bedeutet
notice-go-to = Weiter zu { $app }
notice-start-again = Neu beginnen
notice-some-app = Die App

connected-title = Verbunden
connected = { $app } hat den Zugriff, den Sie erlaubt haben. Sie können diese Seite schließen.

expired-title = Diese Anfrage ist abgelaufen
expired-signed-in = Sie sind angemeldet.
expired-of-app = { $app } hat zu lange auf eine Antwort gewartet, deshalb wurde nichts erlaubt. Beginnen Sie neu.
expired = Nichts wurde erlaubt. Gehen Sie zurück zur App, die Sie hierher geschickt hat, und beginnen Sie neu.

answered-title = Sie haben diese Anfrage schon beantwortet
answered = Ihre Antwort ging an { $app }. Falls dort etwas schiefgegangen ist, stellen Sie die Anfrage noch einmal.
answered-again = Anfrage neu stellen

nothing-here-title = Hier ist nichts
nothing-here = Vielleicht enthält die Adresse einen Tippfehler, oder dieser Dienst bietet die Funktion nicht an.
no-page-title = Diese Adresse ist keine Seite
no-page = Sie nimmt Anfragen anderer Art an. Gehen Sie zurück und versuchen Sie es noch einmal.

role-title = Ihre Rolle erlaubt das nicht
role = Sie gehören zur Organisation, doch das dürfen nur Mitglieder mit mehr Rechten. Fragen Sie jemanden, der sie verwaltet.
foreign-form-title = Dieses Formular kam von einer anderen Website
foreign-form = Zu Ihrer Sicherheit wurde es nicht angenommen. Gehen Sie zurück zur App und beginnen Sie neu.
at-portal-title = Dieses Formular ist nicht hier
at-portal = Die Seiten für Entwickler haben eine eigene Adresse. Gehen Sie dorthin, melden Sie sich an und senden Sie es noch einmal.
to-portal = Zu den Seiten für Entwickler
astray-title = Die Anmeldung hat nicht geklappt
astray = Sie begann in einem anderen Browser, ist zu lange her, oder es fehlen Cookies. Erlauben Sie Cookies für diese Website und beginnen Sie neu.
astray-again = Noch einmal anmelden
unread-title = Das Formular konnte nicht gelesen werden
unread-type = Es ist kein HTML-Formular (application/x-www-form-urlencoded).
unread-parts = Es kam in Teilen an, die sich nicht zusammensetzen lassen. Gehen Sie zurück und senden Sie es noch einmal.
unread-twice = Ein Feld kommt doppelt vor.
unread-session = Es sagt nicht, um welche Sitzung es geht.
unread-too-large = Es ist größer als jedes unserer Formulare.
unread-incomplete = Es ist nicht vollständig angekommen.

unanswered-title = Diese Anfrage wurde nicht angenommen
unanswered-host = Die Anfrage muss genau einen Host-Header haben. Gehen Sie zurück und versuchen Sie es noch einmal.
unanswered-head = Der Kopf der Anfrage ist größer als 32 KiB. Gehen Sie zurück und versuchen Sie es noch einmal.
unanswered-slow = Die Anfrage hat länger als 30 Sekunden gedauert. Gehen Sie zurück und versuchen Sie es noch einmal.
unanswered-code = In der Adresse fehlt der Code des Geräts, oder es kann keiner sein. Gehen Sie zurück und versuchen Sie es noch einmal.
unanswered-other = Die Anfrage kann nicht beantwortet werden. Gehen Sie zurück und versuchen Sie es noch einmal.
unanswered-failed = Auf dem Server ist ein Fehler aufgetreten. Gehen Sie zurück und versuchen Sie es noch einmal.

later-title = Bitte versuchen Sie es gleich noch einmal
limited = { $seconds ->
    [one] Aus Ihrem Netz kommen gerade zu viele Anfragen. Warten Sie { $seconds } Sekunde und versuchen Sie es noch einmal.
   *[other] Aus Ihrem Netz kommen gerade zu viele Anfragen. Warten Sie { $seconds } Sekunden und versuchen Sie es noch einmal.
}
later = Der Server kann gerade nichts lesen oder speichern. Nichts ging halb verloren: Gehen Sie zurück und versuchen Sie es noch einmal.

params-escape = Auf ein Prozentzeichen folgen keine zwei Hexadezimalziffern; geschrieben wird es als %25.
params-utf8 = Die Parameter sind nicht in UTF-8.
params-nul = Ein Parameter enthält ein NUL-Zeichen.
params-too-many = Es sind mehr als 64 Parameter.
params-json = Der Inhalt muss ein einziges JSON-Objekt sein, dessen Werte Zeichenketten sind.

form-post-title = Zurück zur App
form-post-question = Zurück zu { $app }
form-post-button = Weiter
