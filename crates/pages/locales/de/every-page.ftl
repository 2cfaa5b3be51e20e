# Was um jede Seite herum steht.

skip-to-content = Zum Inhalt springen
test-mode = Testmodus
your-account = Ihr Konto
your-account-is = Ihr Konto:
developer-support = Hilfe für Entwickler:
for-developers = Für Entwickler
request = Anfrage
in-a-new-tab = (in einem neuen Tab)

title-problem = Problem: { $title }

problems = { $count ->
    [one] Es gibt ein Problem
   *[other] Es gibt { $count } Probleme
}

password-hint = Mindestens { $count } Zeichen. Ein paar Wörter ohne Zusammenhang eignen sich gut.

terms = Nutzungsbedingungen
privacy = Datenschutz
help = Hilfe
support = Support

label-name = Name
label-email = E-Mail
label-password = Passwort
label-new-password = Neues Passwort
label-current-password = Aktuelles Passwort

# Buttons that the scripts add.
script-show = Zeigen
script-copy = Kopieren
script-copied = Kopiert
