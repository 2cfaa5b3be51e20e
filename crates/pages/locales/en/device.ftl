# Devices that have no browser: their code is typed here.

device-title = Connect a device
device-is-this-the-code = Is this the code on the screen of your device? If you see no such device in front of you, close this page.
device-type-the-code = Type the code that your device shows.
device-code = Code on the device
device-continue = Continue
device-before-anything = You will see what the device asks for before anything is allowed.

# In place of an app's name, where a device waits: “to continue to your device”.
device-yours = your device

# Why a code leads nowhere.
device-nowhere = That code leads nowhere. Check it letter by letter, or get a new one from the device.
device-expired = That code has expired. Get a new one from the device.
device-answered = That code was answered already. Get a new one from the device if it still asks.
device-other-side = That code belongs to an app in test mode, or you are signed in as a test user: sign out, and sign in with an account of the right side.
device-out-of-date = This form was out of date. Please send it again.

# After the answer; $app is the device's app.
device-connected-title = Your device is connected
device-connected = Go back to it: { $app } goes on by itself in a few seconds. You can close this page.
device-denied-title = Nothing was allowed
device-denied = { $app } is told that you said no. You can close this page.
