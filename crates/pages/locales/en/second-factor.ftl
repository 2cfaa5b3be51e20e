# The second step of a sign-in, and the pages where a person sets it up.

second-title = Your second step
second-code-means = Open your authenticator app and type the code that it shows for { $product }.
second-code-label = Code
second-code-hint = Six digits
second-button = Go on
second-recovery = Use a recovery code
second-recovery-label = Recovery code
second-recovery-hint = Each of them works once.
second-other-account = Sign in with another account
second-wrong = This code is wrong, or it was used already. Wait for the next one and type that.
second-recovery-wrong = This is none of your recovery codes, or it was used already.
second-late = That took too long. Type your password once more.
second-unreadable = No code can be checked just now. Use a recovery code, or ask the people who run this service.
sign-in-after-proof = You signed in a while ago. Show that it is still you.

second-set-up-title = Set up a second step
second-set-up-means = From then on a sign-in takes your password and a code of an authenticator app. Sessions in other browsers end.
second-set-up-either = From then on your password alone does not let anybody in. Sessions in other browsers end.
second-set-up-passkey = Passkey
second-set-up-passkey-means = You prove it with the lock of your device: a finger, your face or a PIN.
second-set-up-needed = { $product } asks for a second step at this sign-in.
second-set-up-scan = Scan this picture with an authenticator app on your telephone, or type the key there.
second-set-up-picture = The key as a QR code
second-set-up-key = Key
second-set-up-confirm = Then type the code that the app shows.
second-set-up-button = Set it up
second-set-up-stale = This page was out of date. Here is a new key: remove the earlier one from your app.
second-elsewhere-title = A second step is needed
second-elsewhere = What you want to do takes a sign-in with a second factor, and you sign in with the account that you have with { $product }. Sign in again and use one there.

# Beside a new password.
link-password-code = Code of your authenticator app, or a recovery code

recovery-title = Your recovery codes
recovery-once = They are shown only now.
recovery-keep = Print or copy them and keep them where you would look if your telephone were gone. Each lets you in once, in place of a code of the app or a passkey.
recovery-kept = I have kept them

security-title = Passkeys and second step
security-link = Set up or change passkeys and the second step of your sign-in
security-none = You sign in with your password alone. With a second step nobody gets in who has found it out.
security-set-up = Set up a second step
security-since = You sign in with your password and a code of an authenticator app, since { $time }.
security-codes-title = Recovery codes
security-codes-left = { $count ->
    [0] You have no recovery code left: make new ones.
    [one] You have one recovery code left.
   *[other] You have { $count } recovery codes left.
}
security-codes-means = New ones take the place of those that you have.
security-codes-button = Make new recovery codes
security-remove-means = You sign in with your password alone then. To change to another app, remove this one and set up the other.
security-remove-needed = Everybody needs a second step here, so you set up another at your next sign-in.
security-remove-button = Remove the second step
security-done-removed = The second step is removed.
security-changed = It was changed in another browser meanwhile. This is how it is now.

# Passkeys.
passkey-use = Sign in with a passkey
passkey-script = With a passkey you sign in only where scripts run.
passkey-failed = No passkey was used. Try it again, or sign in another way.
passkey-refused = This passkey does not lead in here. Try another, or sign in another way.
passkey-copied = This passkey was refused: it looks like a copy. Sign in another way, remove it on the page of your account, and make a new one.
passkey-late = That took too long. Try it again.
second-passkey-means = Use your passkey, or one of your recovery codes.
passkeys-title = Passkeys
passkeys-means = With a passkey you sign in by the lock of your device and type nothing. Your password alone is not enough then.
passkeys-since = Since { $time }
passkeys-since-used = Since { $time }, last used { $used }
passkeys-change = Change
passkeys-name = Name
passkeys-rename = Rename
passkeys-remove = Remove
passkeys-remove-means = When you remove one, your other sessions end.
passkeys-last = This passkey is your only way in. Choose a password before you remove it.
passkeys-add = Add a passkey
passkeys-script = A passkey is added only where scripts run.
passkeys-done-added = The passkey is added.
passkeys-done-renamed = The passkey has another name.
passkeys-done-removed = The passkey is removed, and your other sessions have ended.
passkeys-name-wrong = Give the passkey a name of at most 60 characters.
passkeys-not-added = The passkey was not added. Try it again.
passkeys-taken = This passkey is known here already.
passkeys-gone = There is no such passkey any more.
security-app-title = Authenticator app
security-no-app = You sign in with a passkey. An authenticator app is another second step, for when you have none at hand.
security-remove-app = Your passkeys stay your second step when you remove the app.
