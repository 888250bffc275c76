using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Clients;

/// <summary>What a terminal gets and a pipe does not.</summary>
public sealed class CliColourTests : IAsyncLifetime
{
    private const string Compare = "env diff demo/development web/production";

    private readonly TempFolder folder = new();
    private Dictionary<string, string> variables = [];
    private RunningServer? server;

    public async ValueTask InitializeAsync()
    {
        server = await RunningServer.StartAsync(folder.Path, [], "dev", "--data", folder["D"], "--port", "0");
        variables = await ClientProgram.VariablesAsync(folder["D"]);
        (variables["HOME"], variables["TERM"], variables["NO_COLOR"]) = (folder.Path, "xterm", "");
        await RunAsync("project", "create", "Web");
        await RunAsync("env", "create", "web", "Production");
    }

    public async ValueTask DisposeAsync()
    {
        await server!.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_terminal_gets_colours()
    {
        Assert.Matches(@"\e\[1mKEY +\e\[0m  \e\[1mRESULT *\e\[0m\r\nGREETING +\e\[31monly_here\e\[0m\r\n", await AtTerminalAsync(Compare));
        Assert.Contains("\e[1;31mError\e[0m [NOT_FOUND]", await AtTerminalAsync("get demo/development/NOTHING"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NO_COLOR", "1", "")]
    [InlineData("TERM", "dumb", "")]
    [InlineData("TERM", "xterm", " --json")]
    [InlineData("TERM", "xterm", " >out 2>err; cat out err")]
    public async Task There_are_none_where_nobody_wants_them(string variable, string value, string more)
    {
        variables[variable] = value;
        foreach (var (arguments, shown) in new[] { (Compare, "GREETING"), ("get demo/development/NOTHING", "Error") })
        {
            var text = await AtTerminalAsync(arguments + more);
            Assert.Contains(shown, text, StringComparison.Ordinal);
            Assert.DoesNotMatch(@"\e\[[0-9;]*m", text);
        }
    }

    private async Task<string> AtTerminalAsync(string arguments)
    {
        await using var terminal = Terminal.Start(folder.Path, variables, "secronna " + arguments);
        return (await terminal.EndAsync()).Screen;
    }

    private Task<Ended> RunAsync(params string[] arguments) =>
        ClientProgram.RunAsync(ClientProgram.CommandLine, folder.Path, variables, "", arguments);
}
