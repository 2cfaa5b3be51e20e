# Organisationen, in denen mehrere Personen Apps betreiben.

organizations-title = Organisationen
organizations-means = In einer Organisation betreiben mehrere Personen dieselben Apps.
organizations-none = Sie gehören noch zu keiner Organisation.
organizations-invited = Sie sind eingeladen
organizations-accept = Beitreten
organizations-decline = Nein, danke
organizations-new = Eine Organisation anlegen
organizations-found = Anlegen
organizations-unproved = Bestätigen Sie zuerst auf der Seite Ihres Kontos Ihre E-Mail-Adresse: Erst dann können Sie eine Organisation anlegen oder ihr beitreten.
organizations-full = Sie gehören bereits zu so vielen Organisationen, wie möglich sind.
organizations-done-left = Sie haben die Organisation verlassen.
organizations-done-declined = Die Einladung ist abgelehnt.
organizations-done-dissolved = Die Organisation ist aufgelöst.
organizations-gone = Diese Einladung gibt es nicht mehr: Bitten Sie um eine neue.

role-viewer = Ansicht: sieht die Apps
role-developer = Entwicklung: legt Apps an und ändert sie
role-owner = Verwaltung: bestimmt auch, wer dazugehört

organization-of-company = Wer dazugehört und was die Mitglieder dürfen, wird dort festgelegt, wo Sie sich anmelden. Was sich dort ändert, gilt hier ab der nächsten Anmeldung.
organization-decided-elsewhere = Das wird dort festgelegt, wo Sie sich anmelden, und nicht hier. Was sich dort ändert, gilt hier ab der nächsten Anmeldung.
organization-name = Name der Organisation
organization-name-hint = Er steht als Herausgeber bei ihren Apps. 1 bis 80 Zeichen.
organization-name-wrong = Geben Sie einen Namen mit 1 bis 80 sichtbaren Zeichen ein; keines darf die Schreibrichtung umkehren.
organization-name-provider = So heißt der Anbieter, oder es sieht so aus. Wählen Sie einen anderen Namen, damit man erkennt, wer eine App betreibt.
organization-name-mark = Dieser Name sagt, dass jemand geprüft wurde; das sagen nur unsere Seiten selbst. Lassen Sie Häkchen und Wörter wie „geprüft“ weg.
organization-logo-hint = PNG, JPEG oder WebP, höchstens 2 MB. Ihre Mitglieder sehen es, und sobald eine Domain nachgewiesen ist, alle, die eine App der Organisation zulassen sollen.
organization-done-picture = Das Bild ist geändert.
organization-name-taken = Eine andere Organisation oder die App einer anderen Person heißt so, oder es sieht so aus. Wählen Sie einen anderen Namen, damit man sie unterscheiden kann.
organization-apps = { $count ->
    [one] Eine App
   *[other] { $count } Apps
}
organization-members = Mitglieder
organization-you = Sie
organization-change = Ändern
organization-role = Rolle
organization-set-role = Rolle festlegen
organization-remove = Entfernen
organization-leave = Organisation verlassen
organization-invite-title = Jemanden einladen
organization-invited-until = Eingeladen, bis { $time }
organization-withdraw = Zurücknehmen
organization-email = E-Mail
organization-email-hint = Die Person meldet sich mit dieser Adresse an, bestätigt sie und tritt auf ihrer Seite der Organisationen bei.
organization-email-wrong = Geben Sie eine E-Mail-Adresse ein, zum Beispiel ada@example.com.
organization-no-mail = Hier werden keine E-Mails versandt: Sagen Sie es der Person selbst.
organization-invite = Einladen
organization-is-member = Wer diese Adresse hat, gehört schon dazu.
organization-full = Für weitere Mitglieder oder Einladungen ist kein Platz.
organization-last-owner = Niemand sonst verwaltet die Organisation: Übertragen Sie die Verwaltung zuerst jemand anderem.
organization-has-apps = Sie betreibt noch Apps: Übergeben oder löschen Sie diese zuerst.
organization-rename-title = Name
organization-second-title = Zweiter Schritt
organization-second-means = Verlangen Sie ihn, dann handeln Mitglieder nur noch nach einer Anmeldung mit einem zweiten Schritt für die Organisation: hier, über die API und wenn sie für sie eine App zulassen. Was Apps schon dürfen, läuft weiter.
organization-second-require = Zweiten Schritt verlangen
organization-second-leave = Den Mitgliedern überlassen
organization-second-is = Mitglieder handeln für diese Organisation nur nach einer Anmeldung mit einem zweiten Schritt.
organization-second-own = Melden Sie sich selbst mit einem zweiten Schritt an, bevor Sie ihn von anderen verlangen.
organization-done-second = Von jetzt an brauchen Mitglieder einen zweiten Schritt.
organization-done-second-left = Das ist den Mitgliedern überlassen.
organization-dissolve-title = Organisation auflösen
organization-dissolve-means = Eine Organisation kann aufgelöst werden, sobald sie keine Apps mehr betreibt. Mitglieder und Einladungen werden vergessen.
organization-dissolve-confirm = Geben Sie zur Bestätigung ihren Namen ein: { $name }
organization-dissolve-not-confirmed = Das ist nicht ihr Name.
organization-dissolve = Auflösen
organization-done-founded = Die Organisation ist angelegt. Laden Sie andere ein oder legen Sie eine App für sie an.
organization-done-joined = Willkommen: Sie gehören jetzt zur Organisation.
organization-done-invited = Die Person ist eingeladen und sieht es, sobald sie angemeldet ist.
organization-done-withdrawn = Die Einladung ist zurückgenommen.
organization-done-role = Die Rolle ist festgelegt.
organization-done-removed = Die Person gehört nicht mehr dazu.
organization-done-renamed = Gespeichert.

# Eine App übergeben.
app-owner = Wem gehört sie?
app-owner-you = Ihnen
app-owner-yours = Ihre
new-app-organization = Apps werden hier von Organisationen betrieben: Legen Sie zuerst eine an, treten Sie einer bei oder wählen Sie eine.
app-run-by = Betrieben von { $name }
transfer-title = Die App übergeben
transfer-means = Von da an betreibt sie jemand anderes, sobald die Person zustimmt. Ihre Secrets gelten noch 24 Stunden, sie gilt nicht mehr als geprüft, und die Nutzer werden neu gefragt.
transfer-to = E-Mail der Person, die sie bekommt
transfer-organization = Oder an eine Ihrer Organisationen
transfer-nobody = Keine: an die Person oben
transfer-offer = Anbieten
transfer-open = Sie ist { $name } angeboten, bis { $time }.
transfer-withdraw = Angebot zurücknehmen
transfer-wrong = Geben Sie die Adresse einer Person ein oder wählen Sie eine Organisation.
transfer-same = Dort gehört sie schon hin.
transfer-offers = Ihnen wird eine App angeboten
transfer-from = { $name } bietet sie Ihnen an, bis { $time }
transfer-from-to = { $name } bietet sie { $organization } an, bis { $time }
transfer-accept = Übernehmen
transfer-decline = Nein, danke
transfer-gone = Dieses Angebot gibt es nicht mehr.
transfer-name-title = Unter diesem Namen kann die App nicht Ihre werden
transfer-name-taken = Eine Organisation oder die App einer anderen Person heißt { $app }, oder so, dass es ähnlich aussieht. Bitten Sie die Person, die Ihnen die App anbietet, ihr einen anderen Namen zu geben, und nehmen Sie das Angebot dann an. Die Betreiber von { $product } können helfen.
transfer-name-provider = { $app } heißt wie der Anbieter selbst, oder es sieht so aus. Bitten Sie die Person, die Ihnen die App anbietet, ihr einen anderen Namen zu geben, und nehmen Sie das Angebot dann an. Die Betreiber von { $product } können helfen.
transfer-name-mark = Der Name { $app } sagt, dass die App geprüft wurde; das sagen nur unsere Seiten selbst. Bitten Sie die Person, die Ihnen die App anbietet, ihr einen anderen Namen zu geben, und nehmen Sie das Angebot dann an. Die Betreiber von { $product } können helfen.
transfer-full-title = Mehr Apps sind nicht möglich
transfer-full = Mehr Apps können Sie hier nicht haben; dazu zählen die, die Sie in den letzten 30 Tagen gelöscht haben. { $app } bleibt, wo sie ist. Das Angebot gilt weiter: Geben Sie eine andere App ab, oder fragen Sie die Betreiber von { $product }, und nehmen Sie es dann an.
transfer-full-organization = Mehr Apps kann die Organisation hier nicht haben; dazu zählen die, die sie in den letzten 30 Tagen gelöscht hat. { $app } bleibt, wo sie ist. Das Angebot gilt weiter: Geben Sie eine andere App ab, oder fragen Sie die Betreiber von { $product }, und nehmen Sie es dann an.
transfer-done-offered = Die App ist angeboten.
transfer-done-withdrawn = Das Angebot ist zurückgenommen.
transfer-done-accepted = Die App gehört jetzt Ihnen. Erstellen Sie ein eigenes Secret: Die bisherigen enden in 24 Stunden.
transfer-done-declined = Das Angebot ist abgelehnt.

# Die Apps, die für eine Organisation arbeiten, für deren Eigentümer.
workspace-title = Apps, die für { $organization } arbeiten
workspace-lead = Mitglieder haben diese Apps für die Organisation zugelassen. Sie entscheiden, was jede davon für sie darf.
workspace-none = Noch arbeitet keine App für diese Organisation.
workspace-members = { $count ->
    [0] Arbeitet für kein Mitglied
    [one] Arbeitet für 1 Mitglied
   *[other] Arbeitet für { $count } Mitglieder
}
workspace-standing = Was sie darf
workspace-trusted = Vertraut: worum sie bittet
workspace-limited = Begrenzt: nichts, was geprüft werden muss, kein Löschen, kein voller Zugriff
workspace-blocked = Gesperrt: nichts
workspace-end = { $count ->
    [one] Für 1 Mitglied beenden
   *[other] Für alle { $count } Mitglieder beenden
}
workspace-end-means = Alle ihre Token für diese Organisation enden sofort; wer sie wieder möchte, wird erneut gefragt.
workspace-app-id = Client-ID der App
workspace-no-app = Diese App gibt es nicht.
workspace-judge-title = Eine andere App
workspace-new-title = Neue Apps
workspace-new-means = Das gilt für Apps, über die Sie noch nicht entschieden haben, wenn ein Mitglied sie zulässt.
workspace-done-judged = Gespeichert.
workspace-done-ended = Die App ist für alle Mitglieder beendet.
workspace-done-restored = Was Mitglieder erlaubt haben, gilt wieder als gemerkt.
organization-connections = Apps, die für sie arbeiten
workspace-refused-title = { $organization } lässt das nicht zu
workspace-refused = { $app } darf das für { $organization } nicht bekommen. Fragen Sie { $owners }; dort wird über Apps entschieden. Oder wählen Sie Ihr eigenes Konto.

# Die Domains, die eine Organisation als ihre nachweist.
organization-domains = Eine Domain nachweisen
organization-proved = Nachgewiesen: { $domains }
domains-title = Domains
domains-lead = Legen Sie eine Datei auf eine Domain von Ihnen. Wer nach Ihren Apps gefragt wird, sieht dann, dass sie Ihnen gehört.
domains-none = Noch ist keine Domain eingetragen.
domains-add-title = Eine Domain nachweisen
domain-name = Domain
domain-name-hint = Nur der Name, etwa example.com. Nachgewiesen wird genau dieser Name, keiner darüber oder darunter.
domain-add = Die Datei zeigen
domain-file = Die Datei liegt unter
domain-token = Sie enthält dies und sonst nichts
domain-check = Jetzt prüfen
domain-remove = Entfernen
domain-waiting = Noch nicht nachgewiesen
domain-proved = Nachgewiesen seit { $time }
domain-failing = Die Datei wird nicht mehr gefunden. Die Domain gilt bis { $time } als nachgewiesen.
domain-looked = Gesucht: { $time }
domain-found-nothing = Von dort ließ sich per https nichts abrufen.
domain-found-redirect = Die Antwort war eine Weiterleitung; ihr wird nicht gefolgt.
domain-found-large = Die Datei ist zu lang.
domain-found-status = Die Antwort hatte den Status { $status } statt 200.
domain-found-other = Die Datei enthält etwas anderes.
domain-wrong = Schreiben Sie den Namen einer Domain wie example.com, in Buchstaben von a bis z: Ein Name in anderen Buchstaben beginnt dort mit xn--.
domain-twice = Diese Domain ist schon eingetragen.
domain-many = Mehr Domains kann eine Organisation nicht haben: Entfernen Sie zuerst eine.
domain-done-added = Legen Sie die Datei an die unten genannte Stelle und prüfen Sie dann. Danach wird sie einmal am Tag gesucht: Lassen Sie sie liegen.
domain-done-looked = Die Datei wurde gesucht.
domain-done-removed = Die Domain ist entfernt.
