using System.Diagnostics;
using Secronna.Cli.Errors;
using Secronna.Cli.Formats;
using Secronna.Tests.Consumers;
using Xunit;

namespace Secronna.UnitTests.Cli.Formats;

/// <summary>Exports for shells, read by shells: the values are exact and never run as commands.</summary>
public sealed class ShellFormatTests
{
    private static readonly string[] Shells = ["bash", "sh"];

    // A shell that evaluates this value as an arithmetic expression runs the command in it.
    private const string Command = "a[$(touch pwned)]";

    [Fact]
    public void Shells_read_every_value_exactly_and_run_none()
    {
        var secrets = HardValues.All.Append(new string('x', 65_536)).Select((value, i) => ($"KEY{i}", value)).ToList();
        var text = ExportFormats.Write("shell", secrets);
        foreach (var (shell, way) in Shells.SelectMany(shell => ShellReader.Ways.Select(way => (shell, way))))
        {
            var read = ShellReader.Read(shell, way, text);
            Assert.All(secrets, secret => Assert.Equal(secret.Item2, read[secret.Item1]));
        }
    }

    [Fact]
    public void A_variable_that_a_shell_uses_itself_is_refused_or_holds_the_value_exactly()
    {
        var held = OwnNames().Where(name => Try(name) is { } text && Shells.All(shell => ShellReader.Read(shell, ShellReader.Ways[0], text)[name] == Command)).ToList();
        var refused = OwnNames().Where(name => Try(name) is null).ToList();
        Assert.Equal(OwnNames().Order(), held.Concat(refused).Order());
        Assert.Contains("RANDOM", refused);
        Assert.Contains("HOSTNAME", held);
    }

    [Theory]
    [InlineData("A;touch pwned")]
    [InlineData("A=1;touch pwned;B")]
    [InlineData("A\ntouch pwned")]
    [InlineData("$(touch pwned)")]
    [InlineData("A[$(touch pwned)]")]
    [InlineData("A-B")]
    [InlineData("A.B")]
    [InlineData("1A")]
    [InlineData("É")]
    [InlineData("")]
    [InlineData("UID")]
    [InlineData("_")]
    public void A_key_that_can_not_be_the_name_of_a_variable_is_an_error(string key) => Assert.Throws<CliException>(() => ShellFormat.Line(key, "v"));

    [Theory]
    [InlineData("PATH")]
    [InlineData("LD_PRELOAD")]
    [InlineData("BASH_ENV")]
    [InlineData("PROMPT_COMMAND")]
    [InlineData("PS1")]
    [InlineData("TMOUT")]
    [InlineData("RANDOM")]
    [InlineData("OPTIND")]
    public void A_key_whose_value_a_shell_could_run_is_an_error_that_names_the_key(string key)
    {
        var error = Assert.Throws<CliException>(() => ShellFormat.Line(key, Command));
        Assert.Contains(key, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("pwned", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_number_is_accepted_where_a_shell_expects_one() => Assert.Equal("export TMOUT='60'", ShellFormat.Line("TMOUT", "60"));

    [Fact]
    public void A_value_that_no_variable_can_hold_is_an_error_that_names_the_key()
    {
        var error = Assert.Throws<CliException>(() => ShellFormat.Line("KEY", "can\0ary"));
        Assert.Contains("KEY", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("ary", error.Message, StringComparison.Ordinal);
    }

    private static string? Try(string name)
    {
        try
        {
            return ExportFormats.Write("shell", [(name, Command)]);
        }
        catch (CliException)
        {
            return null;
        }
    }

    // The variables that bash has at its start, and those that its manual names.
    private static List<string> OwnNames()
    {
        using var bash = Process.Start(new ProcessStartInfo("env", ["-i", "bash", "-c", "compgen -v"]) { RedirectStandardOutput = true })!;
        var names = bash.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        bash.WaitForExit();
        return [.. names.Concat(Documented.Split(' ')).Distinct()];
    }

    private const string Documented =
        "BASH BASHOPTS BASHPID BASH_ALIASES BASH_ARGC BASH_ARGV BASH_ARGV0 BASH_CMDS BASH_COMMAND BASH_COMPAT BASH_ENV BASH_EXECUTION_STRING "
        + "BASH_LINENO BASH_LOADABLES_PATH BASH_REMATCH BASH_SOURCE BASH_SUBSHELL BASH_VERSINFO BASH_VERSION BASH_XTRACEFD CHILD_MAX COLUMNS "
        + "COMP_CWORD COMP_KEY COMP_LINE COMP_POINT COMP_TYPE COMP_WORDBREAKS COMP_WORDS COMPREPLY COPROC DIRSTACK EMACS ENV EPOCHREALTIME "
        + "EPOCHSECONDS EUID EXECIGNORE FCEDIT FIGNORE FUNCNAME FUNCNEST GLOBIGNORE GROUPS HISTCMD HISTCONTROL HISTFILE HISTFILESIZE HISTIGNORE "
        + "HISTSIZE HISTTIMEFORMAT HOME HOSTFILE HOSTNAME HOSTTYPE IFS IGNOREEOF INPUTRC INSIDE_EMACS LINENO LINES MACHTYPE MAIL MAILCHECK "
        + "MAILPATH MAPFILE OLDPWD OPTARG OPTERR OPTIND OSTYPE PATH PIPESTATUS POSIXLY_CORRECT PPID PROMPT_COMMAND PROMPT_DIRTRIM PS0 PS1 PS2 "
        + "PS3 PS4 PWD RANDOM READLINE_ARGUMENT READLINE_LINE READLINE_MARK READLINE_POINT REPLY SECONDS SHELL SHELLOPTS SHLVL SRANDOM "
        + "TIMEFORMAT TMOUT TMPDIR UID auto_resume histchars if while case function time select export";
}
