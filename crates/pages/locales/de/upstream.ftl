# Anmeldung bei anderen Anbietern, und der Weg zurück.

sign-in-or = Oder
sign-in-with = Mit { $provider } anmelden
sign-in-after-again = Zeigen Sie noch einmal, dass Sie es sind, um fortzufahren: Melden Sie sich noch einmal an.

upstream-failed-title = Sie sind nicht angemeldet
upstream-not-done-title = Das hat nicht geklappt
upstream-denied = { $provider } hat Sie nicht hereingelassen, oder Sie sind vorher zurückgegangen.
upstream-away-title = { $provider } antwortet nicht
upstream-away = { $provider } ist gerade nicht zu erreichen, deshalb kann sich dort niemand anmelden. Es ist nichts verloren: Versuchen Sie es gleich noch einmal.
upstream-wrong = Der Antwort von { $provider } war nicht zu trauen, deshalb wurde niemand angemeldet. Versuchen Sie es noch einmal; gelingt auch das nicht, fragen Sie die Leute, die diesen Dienst betreiben.
upstream-not-anew = Dafür müssen Sie sich neu anmelden, und { $provider } sagt nicht, dass Sie das getan haben. Versuchen Sie es noch einmal, oder melden Sie sich auf einem anderen Weg an.
upstream-other-browser = Die Anmeldung wurde in einem anderen Browser begonnen, oder dieser behält keine Cookies. Beginnen Sie sie hier.
upstream-late = Der Weg zurück hat zu lange gedauert. Melden Sie sich noch einmal an; es ist nichts verloren.
upstream-used = Diese Anmeldung wurde schon benutzt. Melden Sie sich noch einmal an; es ist nichts verloren.
upstream-unknown = Dieser Link ist unvollständig oder zu alt. Melden Sie sich noch einmal an; es ist nichts verloren.
upstream-no-account = Zu dieser Anmeldung bei { $provider } gibt es hier kein Konto. Bitten Sie die Leute, die diesen Dienst betreiben, um eines, oder melden Sie sich auf einem anderen Weg an.
upstream-held-title = Sie haben hier ein Konto
upstream-held = Hier gibt es ein Konto mit { $email }. Melden Sie sich dort so an, wie Sie es sonst tun, und fügen Sie { $provider } unter „Andere Wege zur Anmeldung“ hinzu: Von da an führt es dorthin.
upstream-again = Noch einmal versuchen
upstream-another-way = Anmelden
upstream-lead-title = Mit { $provider } anmelden
upstream-lead-domain = { $email } meldet sich mit { $provider } an.
upstream-sign-out = Auch bei { $provider } abmelden

# Die Seite der eigenen Anmeldungen dort.
upstream-title = Andere Wege zur Anmeldung
upstream-link = Andere Wege zur Anmeldung ansehen und hinzufügen
upstream-lead = Konten, die Sie anderswo haben und mit denen Sie sich hier anmelden.
upstream-none = Es gibt noch keine.
upstream-since = Seit { $time }
upstream-since-used = Seit { $time }, zuletzt benutzt { $used }
upstream-remove = Entfernen
upstream-remove-means = Wenn Sie einen entfernen, werden Sie in allen anderen Browsern abgemeldet.
upstream-last-means = Das ist Ihr einziger Weg zur Anmeldung, deshalb lässt er sich nicht entfernen. Fügen Sie erst einen anderen hinzu.
upstream-add-title = Einen hinzufügen
upstream-add-means = Sie melden sich dort an und kommen zurück. Von da an führt das zu diesem Konto.
upstream-add = { $provider } hinzufügen
upstream-done-added = Hinzugefügt: Von jetzt an führt es zu diesem Konto.
upstream-done-removed = Entfernt, und alle anderen Browser sind abgemeldet.
upstream-last = Es wurde nichts entfernt: Es ist Ihr einziger Weg zur Anmeldung.
upstream-gone = Es war schon entfernt.
upstream-taken = Es wurde nichts hinzugefügt: Jenes Konto bei { $provider } führt hier zu einem anderen Konto.
upstream-other-session = Es wurde nichts hinzugefügt: Sie haben sich inzwischen abgemeldet oder als jemand anderes angemeldet. Versuchen Sie es noch einmal.
upstream-stale = Diese Seite war nicht mehr aktuell. Bitte versuchen Sie es noch einmal.
upstream-elsewhere-title = Ihr Name und Ihre Adresse
upstream-elsewhere-means = Sie melden sich mit einem anderen Anbieter an. Name und Adresse sind hier die, die er nennt; Ihr Passwort ist dort.
