/*
 * pam_text.h - pam_unix's "authentication failure", as the programs that ask it log it under their
 * own names. Private to dialect/.
 *
 * ruser and user are what the remote party calls itself and whom it asked for: a text where either
 * has blanks, and so could forge the words behind it, does not match.
 */
#pragma once

/* Rows of a dialect's templates, for a service as PAM knows it; for columns: PAM_COLUMN. */
#define PAM_FAILURE_ROWS(service, kind)                                                            \
    {PAM_FAILURE(service) "[[  user={user}||]]", kind},                                            \
    {                                                                                              \
        PAM_FAILURE(service) " user={user}", kind                                                  \
    }
#define PAM_FAILURE(service)                                                                       \
    "[[pam_unix(" service ":auth): ||]]authentication failure; logname={logname:text} "            \
    "uid={:int} euid={:int} tty={tty:text} ruser=[[{ruser}||]] rhost=[[{rhost}||]]"

#define PAM_COLUMN                                                                                 \
    {                                                                                              \
        S("rhost"), COLUMN_source_ip, VIA_ADDRESS                                                  \
    }
