/*
 * address.h - "127.0.0.1:5514", "[::1]:5514", "*:5514": numeric addresses, so that no
 * name server decides where we listen.
 */
#pragma once

#include "base/err.h"

#include <sys/socket.h>

enum { ADDRESS_TEXT_MAX = 64 };

struct address {
    struct sockaddr_storage storage;
    socklen_t length;
};

bool address_parse(str text, struct address *ret, struct err *e) MUST_USE;
bool address_is_loopback(const struct address *a);
/* "192.0.2.1:514", "[2001:db8::1]:514"; returns its length. An address of another family: "-". */
size_t address_format(const struct address *a, char ret[ADDRESS_TEXT_MAX]);
/* A bound socket, not blocking; SOCK_STREAM ones listen. -1 with *e set. */
int address_listen(const struct address *a, int type, struct err *e);
