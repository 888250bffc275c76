using Secronna.Cli.Commands.Run;
using Xunit;

namespace Secronna.UnitTests.Cli.Commands.Run;

/// <summary>A program that runs as a child process, as on Windows.</summary>
public sealed class ChildProcessTests
{
    [Theory]
    [InlineData("exit 7", 7)]
    [InlineData("test \"$A\" = \"it's \\$HOME\" && test -z \"$HOME\"", 0)]
    [InlineData("test \"$0 $1\" = \"one two  three\"", 0)]
    public async Task The_program_gets_only_its_own_arguments_and_variables_and_its_exit_code_is_returned(string script, int code)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the scripts are written for a POSIX shell");
        var variables = new Dictionary<string, string> { ["A"] = "it's $HOME" };
        Assert.Equal(code, await ChildProcess.RunAsChildAsync("/bin/sh", ["sh", "-c", script, "one", "two  three"], variables));
    }
}
