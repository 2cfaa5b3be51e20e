# Die eigene Seite.

account-title = Ihr Konto

account-trouble-title = E-Mails kommen nicht bei Ihnen an
account-trouble-bounce = E-Mails an Ihre Adresse kommen zurück.
account-trouble-complaint = Eine E-Mail von uns wurde in Ihrem Postfach als Spam gemeldet. Deshalb schicken wir dorthin nur noch, was Sie anfordern, und das höchstens einmal am Tag.
account-trouble-means = Solange das so ist, erfahren Sie nicht, wenn Ihr Passwort geändert wird oder sich ein neues Gerät anmeldet.
account-trouble-mend-html = Stimmt die Adresse nicht, <a href="#new-email">ändern Sie sie</a>. Stimmt sie, lassen Sie sich einen Link schicken und folgen Sie ihm.
account-send-link = Link schicken

account-prove-title = Bestätigen Sie Ihre E-Mail-Adresse
account-prove-means = Bis dahin wird Ihre Adresse keiner App genannt, und Sie erfahren nicht, was mit Ihrem Konto geschieht.

account-apps = Sehen, welche Apps Ihr Konto nutzen dürfen

account-sessions-title = Wo Sie angemeldet sind
account-sessions-none = Nirgends sonst.
account-session-this = Dieser Browser
account-session-since = Seit { $time }
account-session-active = Zuletzt aktiv: { $time }
account-session-end = Abmelden
account-session-which = { $browser }, seit { $time }
account-sessions-older = Ältere anzeigen
account-sign-out = Abmelden
account-sign-out-others = Andere abmelden
account-sign-out-everywhere = Überall abmelden

account-name-title = Namen ändern
account-name-button = Namen ändern

preferences-title = Sprache und Zeitzone
preferences-change = Ändern
preferences-hint = Für diese Seiten und für E-Mails an Sie.
preferences-language = Sprache
preferences-language-as-browser = Wie der Browser sie wünscht
preferences-zone = Zeitzone
preferences-zone-usual = Wie hier üblich ({ $zone })
preferences-button = Speichern

account-email-title = E-Mail-Adresse ändern
account-email-means = Wir schicken einen Link an die neue Adresse. Bis Sie ihm folgen, bleibt alles, wie es ist.
account-email-label = Neue E-Mail-Adresse

account-password-title = Passwort ändern
account-password-button = Passwort ändern

account-done-password = Ihr Passwort ist geändert. Andere Browser wurden abgemeldet.
account-done-session = Der Browser ist abgemeldet.
account-done-others = Alle anderen Browser sind abgemeldet.
account-done-joined = Ihr Konto ist bereit. Haben Sie auf einem anderen Gerät oder in einem anderen Browser begonnen, kehren Sie dorthin zurück und melden Sie sich an.
account-done-recovered = Ihr Passwort ist geändert, und alle anderen Browser wurden abgemeldet. Haben Sie auf einem anderen Gerät begonnen, kehren Sie dorthin zurück und melden Sie sich an.
account-done-name = Ihr Name ist geändert.
account-done-proved = Ihre E-Mail-Adresse ist bestätigt.
account-done-preferences = Sprache und Zeitzone sind gespeichert.

account-stale = Diese Seite war veraltet. Bitte versuchen Sie es noch einmal.
account-wrong-password = Das ist nicht Ihr aktuelles Passwort.
account-same-address = Das ist schon Ihre Adresse.
account-no-mail = An Ihre Adresse kann keine E-Mail geschickt werden. Ändern Sie sie unten.
preferences-no-such-zone = Diese Zeitzone gibt es nicht.

everyones-title = Dieser Testnutzer gehört allen
everyones-means = Sein Passwort steht in der Dokumentation, deshalb lässt sich hier nichts ändern.

fault-name-length = Geben Sie Ihren Namen ein, höchstens 100 Zeichen.
fault-name-characters = Geben Sie Ihren Namen ohne unsichtbare Zeichen ein und mit höchstens vier Zeichen über oder unter einem Buchstaben.
fault-email = Geben Sie eine E-Mail-Adresse ein, etwa ada@example.com.
fault-password-short = Verwenden Sie mindestens { $min } Zeichen; ein kurzer Satz eignet sich gut.
fault-password-long = Verwenden Sie höchstens 1000 Zeichen.
fault-password-pattern = Das wiederholt sich oder folgt einer Reihe von Tasten oder Zahlen. Verwenden Sie vier Wörter ohne Zusammenhang.
fault-password-own = Das ist kaum mehr als Ihr Name, Ihre Adresse oder der Name dieses Dienstes. Verwenden Sie vier Wörter ohne Zusammenhang.
fault-password-common = Das ist ein häufiges Passwort oder einem sehr ähnlich. Verwenden Sie vier Wörter ohne Zusammenhang.

browser-on = { $browser } unter { $system }
browser-unknown = Unbekannter Browser

# Eigene Daten und das Ende des Kontos.
account-data-title = Ihre Daten
account-data = Daten mitnehmen oder Konto löschen
data-title = Ihre Daten
data-export-title = Daten mitnehmen
data-export-means = Ein Dokument mit allem, was wir über Sie wissen: Konto, Sitzungen, verbundene Apps, Ihre eigenen Apps, Organisationen und was in den letzten 90 Tagen mit Ihrem Konto geschah.
data-export-button = Herunterladen
data-delete-title = Konto löschen
data-delete-means = Das gilt sofort und lässt sich nicht rückgängig machen:
data-delete-sessions = { $count ->
    [one] Sie werden abgemeldet.
   *[other] Sie werden in { $count } Browsern abgemeldet.
}
data-delete-connections = { $count ->
    [0] Es ist keine App verbunden, die das betrifft.
    [one] Eine verbundene App kann Ihr Konto nicht mehr verwenden.
   *[other] { $count } verbundene Apps können Ihr Konto nicht mehr verwenden.
}
data-delete-apps = { $count ->
    [one] Eine Ihrer Apps endet für alle, die sie verwenden. Soll sie bleiben, übergeben Sie sie vorher.
   *[other] { $count } Ihrer Apps enden für alle, die sie verwenden. Sollen sie bleiben, übergeben Sie sie vorher.
}
data-delete-address = Name, E-Mail und Passwort werden gelöscht. Mit derselben Adresse können Sie ein neues Konto anlegen.
data-delete-kept = { $days ->
    [0] Was bleibt: die Aufzeichnung dessen, was getan wurde, mit einer Nummer statt Ihres Namens.
    [one] Was bleibt: die Aufzeichnung dessen, was getan wurde, mit einer Nummer statt Ihres Namens. Die Netzadressen darin werden nach einem Tag gelöscht.
   *[other] Was bleibt: die Aufzeichnung dessen, was getan wurde, mit einer Nummer statt Ihres Namens. Die Netzadressen darin werden nach { $days } Tagen gelöscht.
}
data-confirm = Geben Sie zur Bestätigung { $email } ein
data-not-confirmed = Das ist nicht die Adresse Ihres Kontos.
data-delete-button = Mein Konto löschen
data-last-owner = Diese Organisationen hätten keinen Inhaber mehr. Machen Sie jemand anderen zum Inhaber oder lösen Sie sie auf; danach können Sie Ihr Konto löschen.
data-changed = An Ihrem Konto hat sich im selben Moment etwas geändert. Sehen Sie sich diese Seite noch einmal an, bevor Sie es löschen.

# Of people who sign in at the company's own login.
account-elsewhere-title = Ihr Name und Passwort
account-elsewhere-means = Sie melden sich mit Ihrem Konto bei { $product } an. Name, Adresse und Passwort ändern Sie dort; hier geht es um die Apps, die Sie hereingelassen haben.
