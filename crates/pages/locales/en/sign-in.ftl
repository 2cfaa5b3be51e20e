# Signing in.

sign-in-title = Sign in
sign-in-to-continue-html = to continue to <strong><bdi>{ $app }</bdi></strong>
sign-in-button = Sign in
sign-in-forgotten = Forgot your password?
sign-in-new = New here?
sign-in-create-account = Create an account

# What a failed sign-in says, alike for a wrong password and an unknown address.
sign-in-wrong = E-mail or password is wrong. Check both and try again.
sign-in-stale = This form was out of date. Please sign in again.
sign-in-disabled = This account has been switched off. Ask the people who run this service.
sign-in-test-mode = This app is in test mode. Sign in with a test user that was made with it; your own account is not shown to it.
sign-in-no-test-user = This app is in test mode, and that account is none of its test users.
sign-in-test-user = That is a test user: it can sign in to the test app it was made with, and to no other.

# What led to the page.
sign-in-ended = Your session has ended: it was too old, or it was ended from elsewhere. Sign in again.
sign-in-after-sign-up = If this address was new here, your account is ready: sign in with the password you chose.
sign-in-after-signed-out = You were signed out in the meantime, so nothing was done. Sign in to go on.
sign-in-after-everywhere = You are signed out in every browser, this one too.
sign-in-after-switch = You are signed out. Sign in with the account that you want to use.
sign-in-after-deleted = Your account is deleted.
sign-in-after-changed = The password or the account was changed while you signed in. Please sign in again.

# A browser that keeps no cookies.
no-cookie = Your browser sent no cookie back, and this form needs one. Allow cookies for { $host }, then try again.

# Too many attempts; $minutes is how long to wait.
throttled = { $minutes ->
    [one] Too many attempts. Wait 1 minute and try again.
   *[other] Too many attempts. Wait { $minutes } minutes and try again.
}
throttled-strangers = { $hours ->
    [one] Strangers tried many passwords here today, so a password is taken only in a browser in which you have signed in before. In this one, choose a new password by mail, or wait 1 hour.
   *[other] Strangers tried many passwords here today, so a password is taken only in a browser in which you have signed in before. In this one, choose a new password by mail, or wait { $hours } hours.
}
throttled-hours = Too many attempts. Wait { $hours } hours and try again.
busy = Many people sign in from your network just now. Wait a few seconds and try again.
sign-in-again = The app asks that you sign in again.

## Signing in at the company's own login, and coming back from there.
handoff-after-signed-out = You are signed out here. Sign in to go on.
handoff-after-everywhere = You are signed out here in every browser, this one too.
handoff-after-changed = The account was changed while you signed in. Please sign in again.
handoff-failed-title = You are not signed in
handoff-other-browser = The sign-in was begun in another browser, or this one keeps no cookies. Begin it here.
handoff-late = The way back took too long. Sign in again; nothing is lost.
handoff-used = This sign-in was used already. Sign in again; nothing is lost.
handoff-unknown = This link is incomplete or too old. Sign in again; nothing is lost.
handoff-refused = You did not sign in, so nothing was done.
handoff-again = Sign in again
