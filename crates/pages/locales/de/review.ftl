# Anfragen zur Prüfung: was Entwickler fragen und Verwalter entscheiden.

review-title = Prüfung von { $app }
review-open = Wartet auf die Betreiber
review-asked-back = Wartet auf die Entwickler
review-approved = Genehmigt
review-refused = Nicht genehmigt
review-withdrawn = Zurückgezogen
review-draft = Diese App ist ein Entwurf, bis jemand um ihre Prüfung bittet: Wer sie betreibt, kann sie verwenden, sonst niemand.
review-waits = Diese App wartet auf ihre Prüfung. Bis dahin kann sie verwenden, wer sie betreibt, und sonst niemand.
review-nothing = Nichts an dieser App braucht eine Genehmigung.
review-ask-title = Um eine Prüfung bitten
review-ask-means = Die Betreiber dieses Dienstes sehen sich Ihre App an, wie sie jetzt ist, mit dem, was Sie hier schreiben. Ändern Sie sie danach, sehen sie sie noch einmal an.
review-whole = Andere dürfen diese App verwenden
review-scopes = Um mehr bitten dürfen
review-why = Wozu braucht Ihre App das? Auch andere lesen es.
review-note = Was sollten die Betreiber noch wissen? (darf leer bleiben)
review-ask = Um die Prüfung bitten
review-asked-at = Angefragt { $time }
review-reason = Der Grund:
review-answer = Antwort
review-answer-hint = Mit Ihrer Antwort wird die App so angesehen, wie sie jetzt ist.
review-send = Senden
review-withdraw = Anfrage zurückziehen
review-by-administrator = { $name }, prüft Apps
review-by-us = Die Betreiber dieses Dienstes
review-done-asked = Ihre Anfrage ist unterwegs.
review-done-answered = Ihre Antwort ist gesendet.
review-done-withdrawn = Die Anfrage ist zurückgezogen.
review-why-wrong = Schreiben Sie in höchstens 300 sichtbaren Zeichen auf einer Zeile, wozu Ihre App das braucht.
review-text-wrong = Schreiben Sie etwas in höchstens 2000 sichtbaren Zeichen.
review-none-chosen = Nichts ist gewählt, was eine Genehmigung braucht.
review-is-open = Diese App hat schon eine Anfrage: Sie steht unten.
review-too-many = Das genügt für heute. Versuchen Sie es morgen wieder.
review-over = Diese Anfrage ist schon entschieden oder zurückgezogen.
review-closed = Diese App ist abgeschaltet: Für sie lässt sich nichts anfragen.
review-link = Prüfung und beschränkte Rechte
review-publisher = Herausgeber
review-logo = Bild
review-kind = Art
review-grants = Grants
review-optional = Kommt aus ohne
review-reasons = Gründe

requests-title = Anfragen zur Prüfung
requests-filter = Welche Anfragen
requests-all = Alle
requests-none = Es gibt keine.
requests-whole = Die ganze App
requests-waiting = { $count ->
    [one] Eine Anfrage zur Prüfung wartet auf Sie
   *[other] { $count } Anfragen zur Prüfung warten auf Sie
}

request-asked = Worum es geht
request-looked-at = Die App
request-now = Jetzt:
request-talk = Was gesagt wurde
request-judge = Ihre Entscheidung
request-text = Was dazu mitgeteilt wird
request-text-hint = Zum Ablehnen oder Nachfragen schreiben Sie, warum oder was. Beim Genehmigen darf es leer bleiben.
request-approve = Genehmigen
request-refuse = Ablehnen
request-ask-back = Nachfragen
request-is-changed = Die App ist nicht mehr, was sie war, als angefragt wurde. Sie lässt sich erst genehmigen, wenn die Entwickler antworten oder neu anfragen.
request-changed = Die App wurde geändert: Genehmigt wird, was angesehen wurde. Was jetzt anders ist, ist unten markiert.
request-stale = Seit Sie diese Seite geöffnet haben, wurde etwas gesagt oder getan. Sie sehen den jetzigen Stand: Prüfen Sie noch einmal.
request-verdict-none = Drücken Sie einen der drei Knöpfe.
request-scope-gone = Eines dieser Rechte ist nicht mehr beschränkt oder weggefallen: Lehnen Sie ab, damit neu angefragt wird.
request-done-approved = Die Anfrage ist genehmigt.
request-done-refused = Die Anfrage ist abgelehnt.
request-done-asked = Ihre Frage ist gesendet.
review-room = Diese App wurde noch nicht geprüft: Bis dahin { $left ->
    [one] kann noch ein weiterer Mensch
   *[other] können noch { $left } weitere Menschen
} von { $cap } sie verbinden.

# Wer Apps erstellen darf, wo es dazu eine Einladung braucht.
developers-title = Eingeladene Entwickler
developers-do-not-count = Zurzeit braucht es hier keine Einladung, um eine App zu erstellen. Das ist so, wenn apps.registration "invite" ist.
developers-invite-title = Jemanden einladen
developers-invite = Einladen
developers-email = E-Mail-Adresse
developers-email-hint = Wer bestätigt hat, dass ihm diese Adresse gehört, darf von da an Apps erstellen.
developers-email-wrong = Das ist keine E-Mail-Adresse: Schreiben Sie sie wie ada@example.com.
developers-known = Diese Adresse ist schon eingeladen.
developers-no-mail = Hier werden keine E-Mails verschickt: Sagen Sie es ihnen selbst.
developers-invited = Wer eingeladen ist
developers-none = Niemand.
developers-since = Seit { $time }
developers-withdraw = Einladung zurücknehmen
developers-withdraw-means = Neue Apps gibt es dann keine mehr. Vorhandene Apps bleiben.
developers-done-invited = Die Adresse ist eingeladen.
developers-done-withdrawn = Die Einladung ist zurückgenommen.
