# CADRE_TRY_FLAG(VARIABLE, FLAG)
# Appends FLAG to VARIABLE where the compiler takes it without a warning.
AC_DEFUN([CADRE_TRY_FLAG], [
    AS_VAR_PUSHDEF([cache], [cadre_cv_flag_$2])
    AC_CACHE_CHECK([whether $CC takes $2], [cache], [
        cadre_saved_CFLAGS=$CFLAGS
        CFLAGS="$CFLAGS -Werror $2"
        AC_COMPILE_IFELSE([AC_LANG_SOURCE([int cadre_probe; int main(void) { return cadre_probe; }])],
            [AS_VAR_SET([cache], [yes])], [AS_VAR_SET([cache], [no])])
        CFLAGS=$cadre_saved_CFLAGS
    ])
    AS_VAR_IF([cache], [yes], [$1="$$1 $2"])
    AS_VAR_POPDEF([cache])
])

# CADRE_TRY_LDFLAG(VARIABLE, FLAG): the same for the linker.
AC_DEFUN([CADRE_TRY_LDFLAG], [
    AS_VAR_PUSHDEF([cache], [cadre_cv_ldflag_$2])
    AC_CACHE_CHECK([whether the linker takes $2], [cache], [
        cadre_saved_LDFLAGS=$LDFLAGS
        LDFLAGS="$LDFLAGS -Werror $2"
        AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
            [AS_VAR_SET([cache], [yes])], [AS_VAR_SET([cache], [no])])
        LDFLAGS=$cadre_saved_LDFLAGS
    ])
    AS_VAR_IF([cache], [yes], [$1="$$1 $2"])
    AS_VAR_POPDEF([cache])
])

# CADRE_SWITCH(NAME, HELP, DEFAULT): --enable-NAME, its answer in $enable_NAME.
AC_DEFUN([CADRE_SWITCH], [
    AC_ARG_ENABLE([$1], [AS_HELP_STRING([--enable-$1], [$2])], [], [enable_$1=$3])
])
