using Secronna.Cli.Commands.Run;
using Xunit;

namespace Secronna.UnitTests.Cli;

/// <summary>A command beside this program, as it runs where no process can become another.</summary>
public sealed class ChildBesideTests
{
    [Theory]
    [InlineData("exit 7", 7)]
    [InlineData("test \"$A\" = \"it's \\$HOME\" && test -z \"$HOME\"", 0)]
    [InlineData("test \"$0 $1\" = \"one two  three\"", 0)]
    public async Task It_gets_its_arguments_and_variables_alone_and_its_exit_code_comes_back(string script, int code)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "written for a POSIX shell");
        var variables = new Dictionary<string, string> { ["A"] = "it's $HOME" };
        Assert.Equal(code, await Child.BesideAsync("/bin/sh", ["sh", "-c", script, "one", "two  three"], variables));
    }
}
