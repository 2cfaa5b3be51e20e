# Worum eine App bittet, und die Antwort darauf.

consent-title = { $app } den Zugriff erlauben?
consent-question-html = <bdi>{ $app }</bdi> den Zugriff auf Ihr Konto bei { $product } erlauben?
consent-domain-html = Herausgeber nachgewiesen durch <bdi>{ $domain }</bdi>
consent-by-html = Von <bdi>{ $publisher }</bdi>
consent-reviewed = Von { $product } geprüft
consent-not-reviewed = Nicht von { $product } geprüft
consent-signed-in-as = Sie sind angemeldet als
consent-not-you = Nicht Sie?
consent-other-account = Abmelden und ein anderes Konto verwenden

consent-nothing-html = <bdi>{ $app }</bdi> möchte nur Ihr Konto wiedererkennen und bittet um keine Berechtigungen.

# Danach steht, was die Betreiber geschrieben haben, etwa „Ihre Aufgaben sehen“.
consent-would-like-html = <bdi>{ $app }</bdi> möchte:
consent-own-api-title = Ihre Apps
consent-own-api = Ihre Apps anlegen, ändern, übergeben und löschen, deren Secrets erstellen und widerrufen und Ihre Organisationen führen, ohne nach Ihrem Passwort zu fragen
consent-own-reviews-title = Anträge auf Prüfung
consent-own-reviews = Wenn Sie diesen Dienst verwalten: ansehen, was Entwickler prüfen lassen wollen, und in Ihrem Namen zustimmen, ablehnen oder nachfragen
risk-write = Kann ändern
risk-delete = Kann löschen
risk-full = Voller Zugriff
consent-told-html = <bdi>{ $app }</bdi> erfährt außerdem Ihren Namen und Ihre E-Mail-Adresse.

# Die Organisationen der Person und ihr eigenes Konto.
consent-workspace-html = Für wen darf <bdi>{ $app }</bdi> arbeiten?
consent-workspace-own = Mein eigenes Konto
consent-workspace-less = Die Inhaber begrenzen diese App. Sie bekommt nicht: { $scopes }
consent-workspace-nothing = Die Inhaber lassen diese App nicht zu.

consent-back-to-html = Danach geht es zurück zu <strong class="host">{ $host }</strong>
consent-this-computer-html = Danach geht es zurück zu <strong class="host">{ $host }</strong>, einem Programm auf diesem Computer. Erlauben Sie es nur, wenn Sie es gerade selbst gestartet haben.
consent-device-html = Erlauben Sie es nur, wenn ein Gerät vor Ihnen <strong class="user-code">{ $code }</strong> anzeigt. Hat Ihnen jemand diesen Code geschickt oder Sie gebeten, ihn einzugeben, wählen Sie „Ablehnen“: Sonst bekäme diese Person Zugriff auf Ihr Konto.

consent-deny = Ablehnen
consent-allow = Erlauben

consent-out-of-date = Diese Seite war veraltet, deshalb wurde noch nichts erlaubt. Bitte antworten Sie noch einmal.
consent-changed = Die Anfrage hat sich geändert, seit diese Seite angezeigt wurde, deshalb wurde noch nichts erlaubt. Bitte antworten Sie noch einmal.
consent-workspace-missing = Wählen Sie aus, für wen die App arbeiten darf. Es wurde noch nichts erlaubt.
consent-reason-html = Die App sagt dazu: <q><bdi>{ $reason }</bdi></q>
consent-caution-draft = Diese App wurde noch nicht geprüft. Bis dahin können nur Sie und wer sie mit Ihnen betreibt sie verwenden.
consent-caution-unreviewed = { $product } hat diese App noch nicht geprüft. Erlauben Sie ihr nur etwas, wenn Sie wissen, von wem sie ist.
app-full-title = Diese App lässt sich jetzt nicht verbinden
app-full = { $app } wurde von { $product } noch nicht geprüft, und so viele Menschen verwenden sie, wie es bis dahin dürfen. Ihre Entwickler können um die Prüfung bitten.

consent-would-also-like-html = <bdi>{ $app }</bdi> möchte außerdem:
consent-earlier = Was Sie der App schon erlaubt haben
consent-boxes = Ohne das, was ein Kästchen hat, kommt die App aus.
consent-tick = Kreuzen Sie an, was Sie erlauben.
consent-breadth = Wie viel erlauben Sie?
consent-everything = Alles, was hier steht
consent-reading = Nur was liest und nichts ändert
consent-ticked = Nur was ich ankreuze
consent-new = Neu
consent-required = Erforderlich
consent-missing = Ohne das, was als erforderlich markiert ist, kommt die App nicht aus: { $scopes }. Kreuzen Sie es an, oder wählen Sie „Ablehnen“. Noch wurde nichts erlaubt.
consent-unclear = Sie haben „Alles“ gewählt, aber nicht alles angekreuzt. Bitte wählen Sie noch einmal. Noch wurde nichts erlaubt.
consent-group = Berechtigungen
consent-count = ({ $count })

consent-lasts = Das gilt, bis Sie die App unter den verbundenen Apps Ihres Kontos entfernen, höchstens aber { $time }.
consent-lasts-once = Das gilt { $time }. Sie können es unter den verbundenen Apps Ihres Kontos jederzeit beenden.
time-minutes = { $count } Minuten
time-hours = { $count } Stunden
time-days = { $count } Tage
time-minute = eine Minute
time-hour = eine Stunde
time-day = einen Tag
time-years = { $count } Jahre
time-year = ein Jahr
consent-from-host-html = Von <strong><bdi>{ $host }</bdi></strong>
consent-caution-introduced = Diese App hat sich selbst angemeldet, und niemand bei { $product } hat geprüft, von wem sie ist: Der Name kann von irgendwem sein. Erlauben Sie ihr nur etwas, wenn Sie dies eben selbst begonnen haben.
consent-caution-document = Niemand bei { $product } hat diese App geprüft. Alles, was über sie bekannt ist, kommt von { $host }: Erlauben Sie ihr nur etwas, wenn Sie dies eben selbst begonnen haben und diese Adresse kennen.
