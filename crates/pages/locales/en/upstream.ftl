# Signing in at other providers, and coming back from there.

sign-in-or = Or
sign-in-with = Sign in with { $provider }
sign-in-after-again = To go on, prove once more that it is you: sign in again.

upstream-failed-title = You are not signed in
upstream-not-done-title = That did not work
upstream-denied = { $provider } did not let you in, or you went back before it could.
upstream-away-title = { $provider } does not answer
upstream-away = { $provider } cannot be reached just now, so nobody can be signed in there. Nothing is lost: try again in a moment.
upstream-wrong = What { $provider } answered could not be trusted, so nobody was signed in. Try again; if that fails too, ask the people who run this service.
upstream-not-anew = You must sign in again for this, and { $provider } does not say that you did. Try again, or sign in another way.
upstream-other-browser = The sign-in was begun in another browser, or this one keeps no cookies. Begin it here.
upstream-late = The way back took too long. Sign in again; nothing is lost.
upstream-used = This sign-in was used already. Sign in again; nothing is lost.
upstream-unknown = This link is incomplete or too old. Sign in again; nothing is lost.
upstream-no-account = There is no account here for that sign-in at { $provider }. Ask the people who run this service for one, or sign in another way.
upstream-held-title = You have an account here
upstream-held = There is an account here with { $email }. Sign in to it the way you do, then add { $provider } under “Other ways to sign in”: from then on it leads there.
upstream-again = Try again
upstream-another-way = Sign in
upstream-lead-title = Sign in with { $provider }
upstream-lead-domain = { $email } signs in with { $provider }.
upstream-sign-out = Sign out at { $provider } too

# The page of a person's own sign-ins there.
upstream-title = Other ways to sign in
upstream-link = See and add other ways to sign in
upstream-lead = Accounts that you have elsewhere and sign in with here.
upstream-none = There are none yet.
upstream-since = Since { $time }
upstream-since-used = Since { $time }, used last { $used }
upstream-remove = Remove
upstream-remove-means = Removing one signs you out in every other browser.
upstream-last-means = This is your only way to sign in, so it cannot be removed. Add another one first.
upstream-add-title = Add one
upstream-add-means = You sign in there, and come back. From then on it leads to this account.
upstream-add = Add { $provider }
upstream-done-added = It is added: from now on it leads to this account.
upstream-done-removed = It is removed, and every other browser is signed out.
upstream-last = Nothing was removed: it is your only way to sign in.
upstream-gone = It was removed already.
upstream-taken = Nothing was added: that account at { $provider } signs in to another account here.
upstream-other-session = Nothing was added: you signed out, or signed in as somebody else, in the meantime. Try again.
upstream-stale = This page was out of date. Please try again.
upstream-elsewhere-title = Your name and address
upstream-elsewhere-means = You sign in with another provider. Your name and your address here are those that it tells; your password is there.
