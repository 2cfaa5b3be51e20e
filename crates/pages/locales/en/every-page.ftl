# What stands around every page.

skip-to-content = Skip to the content
test-mode = Test mode
your-account = Your account
your-account-is = Your account:
developer-support = Help for developers:
for-developers = For developers
request = Request
in-a-new-tab = (in a new tab)

# A heading in the browser's title bar, before the page's own.
title-problem = Problem: { $title }

# Above a form with something wrong in it; $count is how many.
problems = { $count ->
    [one] There is a problem
   *[other] There are { $count } problems
}

# Under a field for a new password.
password-hint = At least { $count } characters. A few unrelated words work well.

terms = Terms
privacy = Privacy
help = Help
support = Support

# Labels of fields.
label-name = Name
label-email = E-mail
label-password = Password
label-new-password = New password
label-current-password = Current password

# Buttons that the scripts add.
script-show = Show
script-copy = Copy
script-copied = Copied
