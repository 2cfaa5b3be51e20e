# The apps that a person let in.

connections-title = Connected apps
connections-lead = These apps may use your account. Take access back at any time.
connections-none = You have let no app in.
connections-search = Name of the app
connections-search-button = Search
connections-not-found = No app is called “{ $name }”.
connections-all = Show all
connections-handed-over = Somebody else has run it since { $time }
connections-since = Connected since { $time }
connections-used = Last used { $time }
connections-unused = Not used yet
connections-for = For { $organization }
connections-paused = Paused
connections-removed = Removed
connections-undo = Undo
connections-more = Show more

# One of them.
connection-can = It can
connection-could = It could
connection-allowed = Last allowed on { $time }
connection-paused-html = You paused <strong>{ $app }</strong>. It gets nothing from your account until you resume it.
connection-removed-html = You removed <strong>{ $app }</strong>. Its access has ended for good; if it comes back, you are asked again.
connection-end-means = Removing ends its access at once, on all its devices.
connection-unheard = A service that checks access on its own may not hear of that, and may let the app in for up to { $time } more.
connection-end = Remove
connection-narrow = Take away
connection-pause = Pause
connection-resume = Resume
connection-undo-means = Undo remembers what you allowed, so that the app need not ask again. It must sign in again all the same. You can undo until { $time }.

# What was done.
connections-done-end = The app is removed. Its access has ended.
connections-done-narrow = The app can do that no more.
connections-done-changed = What it may do was changed meanwhile. Here it is as it is now.
connections-done-pause = The app is paused.
connections-done-resume = The app is let in again.
connections-done-restore = What you allowed is remembered again.
connections-done-nothing = That was done before.
