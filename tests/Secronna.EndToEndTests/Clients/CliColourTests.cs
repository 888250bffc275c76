using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Clients;

/// <summary>A terminal gets colours, and a pipe does not.</summary>
public sealed class CliColourTests
{
    private const string Compare = "secronna env diff demo/development web/production";

    [Fact]
    public async Task A_terminal_gets_colours()
    {
        await using var dev = await DevServer.StartAsync();
        await SetUpAsync(dev.Cli);
        Assert.Matches(@"\e\[1mKEY +\e\[0m  \e\[1mRESULT *\e\[0m\r\nGREETING +\e\[31monly_here\e\[0m\r\n", await dev.Cli.ShowAsync(Compare));
        Assert.Contains("\e[1;31mError\e[0m [NOT_FOUND]", await dev.Cli.ShowAsync("secronna get demo/development/NOTHING"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NO_COLOR", "1", "")]
    [InlineData("TERM", "dumb", "")]
    [InlineData("TERM", "xterm", " --json")]
    [InlineData("TERM", "xterm", " >out 2>err; cat out err")]
    public async Task NO_COLOR_a_dumb_terminal_JSON_and_files_get_no_colours(string variable, string value, string more)
    {
        await using var dev = await DevServer.StartAsync();
        await SetUpAsync(dev.Cli);
        dev.Cli.Variables[variable] = value;
        foreach (var (command, shown) in new[] { (Compare, "GREETING"), ("secronna get demo/development/NOTHING", "Error") })
        {
            var text = await dev.Cli.ShowAsync(command + more);
            Assert.Contains(shown, text, StringComparison.Ordinal);
            Assert.DoesNotMatch(@"\e\[[0-9;]*m", text);
        }
    }

    private static async Task SetUpAsync(CommandLine cli)
    {
        cli.Variables["NO_COLOR"] = "";
        await cli.DoAsync("project", "create", "Web");
        await cli.DoAsync("env", "create", "web", "Production");
    }
}
