"""People who sign in with a password: members of companies, and the platform's staff.

Owns: users, memberships and roles, sign-in sessions and their refresh tokens; registration (calls orgs).
Tables: users, members, invitations, login_sessions, refresh_tokens,
mail_tokens (links that verify or change an address or set a new password), second_factors, recovery_codes,
second_factor_challenges, sign_in_policies, api_keys (of companies' own programs).
Invariants: an e-mail address is one user; a refresh token is spent once, and the replay of a spent one ends its
whole family; a link that was mailed is good once, and so is a code of a second factor;
a session that has ended is refused in the first statement of the next transaction.
Announces: identity.registered, .invited, .invitation_accepted, .staff_hired, .refresh_replayed,
.email_verification_asked, .email_change_asked, .email_changed, .password_reset_asked, .password_changed,
.second_factor_changed, .api_key_made.
Listens: its own, to write to the person.
Start reading at: service/sign_in.py, service/register.py, service/refresh.py, models.py.
"""
