# The pages behind the links in mails.

link-join-title = Create your account
link-password-title = Choose a new password
link-password-button = Set the password
link-password-passkey = Prove your passkey first, or type a code below.
link-password-passkey-button = Use a passkey
link-password-proved = Your passkey is right. Now choose the password.
link-taken = An account was made with this address, and nobody has shown yet that they read its mail. It becomes yours now: whoever made it, perhaps you, is signed out, and what was allowed to apps ends.
link-restored = This becomes the address of your account again, and every browser is signed out. Choose a new password too: whoever changed the address knows the old one.

link-change-title = Use this address
link-change = { $email } becomes the address of this account. We write to { $before }, from where it can be undone for a week.
link-change-from-unknown = { $email } becomes the address of this account. We write to the address before, from where it can be undone for a week.
link-releases = Another account was made with this address, and nobody has shown yet that they read its mail. It is switched off, and what it had allowed to apps ends.
link-not-you-title = Was this not you?
link-ends-one = The browser that did this is signed out of your account.
link-ends-all = Every browser is signed out of your account.
link-ends-button = Sign them out
link-takes-back = Somebody set up a second step of your sign-in, and it may have been somebody who knows your password. Type the password that you had before: the second step is removed, and every browser is signed out.
link-takes-back-button = Remove the second step
link-ends-otherwise = Without that password every browser is signed out, and the second step stays. Then the people who run this service can help.
link-earlier-password = Your password before that
link-earlier-hint = Type it only if a second step was set up since that is not yours: then it is removed.
link-wrong-earlier = This is not the password that this account had before.
link-proof-title = Confirm your e-mail
link-proof = { $email } counts as the address of this account from now on, and apps may be told it.
link-proof-button = Confirm

link-account-of-html = The account of <strong><bdi>{ $name }</bdi></strong>
link-account-email = E-mail of this account
link-account-password = Password of this account
link-wrong-password = This is not the password of this account.
link-not-yours = Not your account? Then there is nothing to do: nothing happens until its password is typed.
link-stale = This page was out of date. Please try again.

# Links that do nothing.
link-unknown-title = This link does not work
link-unknown = It is incomplete, or a later mail or change has replaced it. Use the newest mail, or ask for another.
link-used-title = This link was used
link-used = Each works once.
link-expired-title = This link has expired
link-expired = Ask for another mail; its link works for a while.
link-closed-title = This link makes no account any more
link-closed = Since it was sent, the people who run this service have changed who may make an account. Ask them for one; whoever has one already signs in.
link-another = Ask for another mail
link-have-one-title = You have an account
link-have-one = There is an account with this address, and it is confirmed. Sign in to it.
link-taken-title = This address has an account
link-taken-by = Another account has this address, so nothing was changed.
link-has-apps-title = This account has apps
link-has-apps = Apps belong to the account with this address, so it cannot become yours as it is. Ask the people who run this service.
link-none-title = There is no such account
link-none = No account has this address any more.

# What a link has done.
link-changed-title = Your address is changed
link-changed = Sign in with it from now on. We have written to the address before, from where this can be undone for a week.
link-ended-one-title = That browser is signed out
link-ended-all-title = Every browser is signed out
link-ended = Whoever did this knows your password: choose a new one.
link-took-back-title = The second step is removed
link-took-back = Every browser is signed out. Whoever did this knows your password: choose a new one.
link-proved-title = Your e-mail is confirmed
link-proved = You can close this page, and go on where you were.

link-app-title = Remove { $app }?
link-app = { $app } can use your account. Removing it ends its access at once, on all its devices.
link-app-ended = If it was not you who let it in, somebody else knows your password: choose a new one.
