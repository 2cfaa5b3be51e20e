# Eine Autorisierungsanfrage, die keiner App beantwortet werden kann: was es für die Person heißt, dann für die Entwickler.

wrong-link-title = Dieser Anmeldelink funktioniert nicht
wrong-link = Der Link, der Sie hierher geführt hat, ist unvollständig oder falsch, deshalb wurde nichts erlaubt oder gesendet. Gehen Sie zurück zur App und versuchen Sie es noch einmal; hilft das nicht, sagen Sie es den Entwicklern der App.
wrong-link-return = { $app } hat Sie mit einer Rücksprungadresse hierher geschickt, die nicht zur App gehört, deshalb wurde nichts zurückgesendet. Sagen Sie es den Entwicklern der App.
wrong-link-inactive = { $app } kann im Moment nicht verwendet werden, deshalb wurde nichts erlaubt oder gesendet. Fragen Sie die Entwickler der App.

wrong-link-what = Was nicht stimmt
wrong-link-sent = Der Link möchte zu

wrong-content-type = Die Anfrage ist kein Formular: Es muss application/x-www-form-urlencoded sein.
wrong-client-missing = Der Link sagt nicht, für welche App er ist: client_id fehlt.
wrong-repeated = Der Link nennt { $parameter } mehr als einmal.
wrong-client-unknown = Hier ist keine App mit dieser client_id registriert.
wrong-client-pending = Diese App ist noch nicht zugelassen: Sie wartet auf die Prüfung.
wrong-client-off = Diese App wurde gesperrt.

wrong-uri-long = Die Redirect-URI ist länger als 2000 Zeichen. Sie muss genau einer registrierten entsprechen.
wrong-uri-malformed = Die Redirect-URI ist keine absolute URI wie https://app.example/callback. Sie muss genau einer registrierten entsprechen.
wrong-uri-fragment = Eine Redirect-URI hat kein Fragment (#...). Sie muss genau einer registrierten entsprechen.
wrong-uri-user = Eine Redirect-URI enthält weder Benutzernamen noch Passwort. Sie muss genau einer registrierten entsprechen.
wrong-uri-http = Einfaches http gibt es nur für Loopback: Verwenden Sie https. Die Redirect-URI muss genau einer registrierten entsprechen.
wrong-uri-scheme = Ein eigenes Schema enthält einen Punkt, etwa com.example.app:/callback. Die Redirect-URI muss genau einer registrierten entsprechen.
wrong-uri-missing = redirect_uri fehlt, und für die App ist mehr als eine registriert. Sie muss genau einer registrierten entsprechen.
wrong-uri-unregistered = redirect_uri ist keine, die für die App registriert ist. Sie muss genau einer registrierten entsprechen.

# Wo die Entwickler der App mehr erfahren.
wrong-link-check = Mit den eingetragenen Adressen vergleichen
wrong-link-log = Diese Anfrage im Protokoll der App suchen
wrong-link-document = Diese App beschreibt sich auf einer eigenen Webseite, und diese Beschreibung war nicht zu gebrauchen. Es wurde nichts erlaubt oder gesendet. Fragen Sie die Entwickler der App.
wrong-document-url = client_id ist eine URL, die keine App nennt: Sie ist https, hat einen Pfad, weder Benutzername, Passwort noch Fragment, keine Punkte als Pfadteil und höchstens 500 Zeichen.
wrong-document-unreachable = Das Dokument unter client_id war nicht zu lesen: Es muss mit 200 antworten, selbst und binnen fünf Sekunden.
wrong-document-type = Das Dokument unter client_id wird nicht als application/json ausgeliefert.
wrong-document-malformed = Das Dokument unter client_id ist kein JSON-Objekt von höchstens 5 KiB.
wrong-document-id = Die client_id im Dokument ist nicht die URL, die zu ihm führt.
wrong-document-full = Es kamen zu viele neue Apps auf einmal. Versuchen Sie es später noch einmal.
wrong-document-says = Das Dokument unter client_id wird nicht genommen: { $fault }
wrong-uri-document = redirect_uri steht nicht in redirect_uris des Dokuments unter { $document }: Dort fehlt dieser Eintrag.
