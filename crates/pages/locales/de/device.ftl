# Geräte ohne Browser: Ihr Code wird hier eingegeben.

device-title = Gerät verbinden
device-is-this-the-code = Steht dieser Code auf dem Bildschirm Ihres Geräts? Wenn kein solches Gerät vor Ihnen steht, schließen Sie diese Seite.
device-type-the-code = Geben Sie den Code ein, den Ihr Gerät anzeigt.
device-code = Code auf dem Gerät
device-continue = Weiter
device-before-anything = Sie sehen, worum das Gerät bittet, bevor etwas erlaubt wird.

# Anstelle des Namens einer App, im Dativ: „um mit Ihrem Gerät fortzufahren“.
device-yours = Ihrem Gerät

device-nowhere = Dieser Code führt nirgendwohin. Prüfen Sie ihn Zeichen für Zeichen oder lassen Sie sich vom Gerät einen neuen geben.
device-expired = Dieser Code ist abgelaufen. Lassen Sie sich vom Gerät einen neuen geben.
device-answered = Dieser Code wurde schon beantwortet. Lassen Sie sich vom Gerät einen neuen geben, falls es noch wartet.
device-other-side = Dieser Code gehört zu einer App im Testmodus, oder Sie sind als Testnutzer angemeldet: Melden Sie sich ab und mit einem passenden Konto wieder an.
device-out-of-date = Dieses Formular war veraltet. Bitte senden Sie es noch einmal ab.

device-connected-title = Ihr Gerät ist verbunden
device-connected = Gehen Sie zum Gerät zurück: { $app } macht dort in ein paar Sekunden von selbst weiter. Sie können diese Seite schließen.
device-denied-title = Nichts wurde erlaubt
device-denied = { $app } erfährt, dass Sie abgelehnt haben. Sie können diese Seite schließen.
