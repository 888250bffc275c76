namespace Secronna.Cli.Variables;

/// <summary>
/// Variables by which someone who can write a secret could choose what a program runs, or where this program sends its
/// credential. The list leaves out variables that people do keep as secrets, such as the tokens of package registries.
/// </summary>
internal static class RefusedVariables
{
    private static readonly string[] Prefixes =
    [
        // The dynamic loader and the C library.
        "LD_", "DYLD_", "MALLOC_",
        // Functions of shells.
        "BASH_FUNC_",
        // Runtimes.
        "CORECLR_", "COR_", "COMPLUS_", "DOTNET_", "PYTHON", "LUA_INIT",
        // Programs that take configuration from any variable with their prefix.
        "GIT_CONFIG", "NPM_CONFIG_", "CARGO_BUILD_", "CARGO_TARGET_", "TF_CLI_",
        // This program.
        "SECRONNA_",
    ];

    private static readonly HashSet<string> Names = new(
        [
            // Shells, and where shells find programs and files.
            "PATH", "PATHEXT", "COMSPEC", "HOME", "SHELL", "ENV", "BASH_ENV", "SHELLOPTS", "BASHOPTS", "IFS", "CDPATH", "FPATH", "ZDOTDIR",
            "PROMPT_COMMAND", "PROMPT", "RPROMPT", "PS0", "PS1", "PS2", "PS3", "PS4", "INPUTRC", "NULLCMD", "READNULLCMD", "MODULE_PATH",
            "GLOBIGNORE", "HISTFILE", "PSMODULEPATH", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "XDG_DATA_HOME", "XDG_DATA_DIRS",

            // The C library beyond the loader's prefix, OpenSSL, and the file that TLS keys are written to.
            "GCONV_PATH", "GETCONF_DIR", "GLIBC_TUNABLES", "HOSTALIASES", "LOCALDOMAIN", "LOCPATH", "NIS_PATH", "NLSPATH", "RES_OPTIONS",
            "RESOLV_HOST_CONF", "TZDIR", "OPENSSL_CONF", "OPENSSL_MODULES", "OPENSSL_ENGINES", "SSLKEYLOGFILE",

            // Editors, pagers, and programs that ask for passwords.
            "EDITOR", "VISUAL", "PAGER", "BROWSER", "MANPAGER", "SYSTEMD_PAGER", "PSQL_PAGER", "PSQL_EDITOR", "PSQLRC", "LESS", "LESSOPEN",
            "LESSCLOSE", "LESSEDIT", "VIMINIT", "EXINIT", "SSH_ASKPASS", "SUDO_ASKPASS", "SUDO_EDITOR",

            // Programs that start other programs.
            "GIT_SSH", "GIT_SSH_COMMAND", "GIT_EXTERNAL_DIFF", "GIT_ASKPASS", "GIT_EDITOR", "GIT_SEQUENCE_EDITOR", "GIT_PAGER", "GIT_EXEC_PATH",
            "GIT_TEMPLATE_DIR", "GIT_DIR", "GIT_PROXY_COMMAND", "RSYNC_RSH", "SVN_SSH", "CVS_RSH", "CURL_HOME", "WGETRC", "TAR_OPTIONS",
            "KUBECONFIG", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES", "DOCKER_CONFIG",
            "ANSIBLE_CONFIG", "HELM_PLUGINS", "KRB5_CONFIG", "ODBCSYSINI",

            // Build tools and compilers.
            "MAKEFLAGS", "GNUMAKEFLAGS", "MFLAGS", "MAKEFILES", "CC", "CXX", "LD", "AR", "RUSTC", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER",
            "RUSTDOC", "RUSTFLAGS", "CARGO_HOME", "GOFLAGS", "GOROOT", "GOTOOLCHAIN", "GOENV",

            // Runtimes.
            "NODE_OPTIONS", "NODE_PATH", "PERL5LIB", "PERL5OPT", "PERLLIB", "PERL5DB", "PERL5SHELL", "PHPRC", "PHP_INI_SCAN_DIR", "RUBYLIB",
            "RUBYOPT", "GEM_HOME", "GEM_PATH", "BUNDLE_GEMFILE", "CLASSPATH", "JAVA_HOME", "JAVA_OPTS", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS",
            "JDK_JAVA_OPTIONS", "MAVEN_OPTS", "GRADLE_OPTS", "SBT_OPTS", "LUA_PATH", "LUA_CPATH", "R_PROFILE", "R_PROFILE_USER", "R_ENVIRON",
            "ERL_FLAGS", "ERL_AFLAGS", "ERL_ZFLAGS", "ERL_LIBS", "ASPNETCORE_HOSTINGSTARTUPASSEMBLIES",
        ],
        StringComparer.OrdinalIgnoreCase);

    // These variables have one of the prefixes, but are only data to the program.
    private static readonly HashSet<string> Harmless = new(["DOTNET_ENVIRONMENT"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a secret may set this variable only if the user allows it by name.</summary>
    public static bool Has(string key) => !Harmless.Contains(key)
        && (Names.Contains(key) || Array.Exists(Prefixes, prefix => key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)));
}
