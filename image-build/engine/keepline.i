// The Python module `pjsua2`: pjproject's own interface, then Keepline's additions.
// SPDX-License-Identifier: GPL-3.0-or-later
%module(directors="1") pjsua2

// pjproject leaves str(pj.Error) empty; a log line or a traceback must say what happened.
%extend pj::Error {
    std::string __str__() const { return $self->info(); }
}

// A second Endpoint is refused by an exception that pjproject does not declare: undeclared, it ends the process.
%catches(pj::Error) pj::Endpoint::Endpoint();

%include "pjsua2.i"

%{
#include "keepline_ext.hpp"
%}
%include "keepline_ext.hpp"

// pjlib speaks to standard output from its first call on, before libInit() can set a level; that output belongs to the program.
%init %{
    pj_log_set_level(0);
%}
