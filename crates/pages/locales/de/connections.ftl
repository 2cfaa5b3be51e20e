# Die Apps, denen jemand Zugriff gegeben hat.

connections-title = Verbundene Apps
connections-lead = Diese Apps dürfen Ihr Konto nutzen. Sie können den Zugriff jederzeit beenden.
connections-none = Sie haben keiner App Zugriff gegeben.
connections-search = Name der App
connections-search-button = Suchen
connections-not-found = Keine App heißt „{ $name }“.
connections-all = Alle zeigen
connections-handed-over = Seit { $time } betreibt sie jemand anderes
connections-since = Verbunden seit { $time }
connections-used = Zuletzt genutzt { $time }
connections-unused = Noch nicht genutzt
connections-for = Für { $organization }
connections-paused = Pausiert
connections-removed = Entfernt
connections-undo = Rückgängig
connections-more = Weitere zeigen

# Eine davon.
connection-can = Das darf sie
connection-could = Das durfte sie
connection-allowed = Zuletzt erlaubt am { $time }
connection-paused-html = Sie haben <strong>{ $app }</strong> pausiert. Die App erhält nichts aus Ihrem Konto, bis Sie sie wieder zulassen.
connection-removed-html = Sie haben <strong>{ $app }</strong> entfernt. Der Zugriff ist endgültig beendet; kommt die App wieder, werden Sie erneut gefragt.
connection-end-means = Entfernen beendet den Zugriff sofort, auf allen ihren Geräten.
connection-unheard = Ein Dienst, der den Zugriff selbst prüft, erfährt davon vielleicht nicht und lässt die App womöglich noch bis zu { $time } ein.
connection-end = Entfernen
connection-narrow = Wegnehmen
connection-pause = Pausieren
connection-resume = Wieder zulassen
connection-undo-means = „Rückgängig“ merkt sich wieder, was Sie erlaubt haben, sodass die App nicht erneut fragen muss. Anmelden muss sie sich trotzdem neu. Das geht bis { $time }.

# Was getan wurde.
connections-done-end = Die App ist entfernt. Ihr Zugriff ist beendet.
connections-done-narrow = Das darf die App nicht mehr.
connections-done-changed = Was sie darf, wurde inzwischen geändert. Hier steht es, wie es jetzt ist.
connections-done-pause = Die App ist pausiert.
connections-done-resume = Die App ist wieder zugelassen.
connections-done-restore = Was Sie erlaubt haben, gilt wieder als gemerkt.
connections-done-nothing = Das war schon geschehen.
