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
recovery-keep = Print or copy them and keep them where you would look if your telephone were gone. Each lets you in once, in place of a code of the app.
recovery-kept = I have kept them

security-title = Second step of your sign-in
security-link = Set up or change the second step of your sign-in
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
security-remove-title = Remove it
security-remove-means = You sign in with your password alone then. To change to another app, remove this one and set up the other.
security-remove-needed = Everybody needs a second step here, so you set up another at your next sign-in.
security-remove-button = Remove the second step
security-done-removed = The second step is removed.
security-changed = It was changed in another browser meanwhile. This is how it is now.
