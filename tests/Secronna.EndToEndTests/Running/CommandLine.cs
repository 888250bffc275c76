using System.Diagnostics;

namespace Secronna.EndToEndTests.Running;

/// <summary>Runs the command line in a folder. It learns of a server and a credential from the given variables only.</summary>
internal sealed class CommandLine(string folder, Dictionary<string, string> variables)
{
    /// <summary>The command line of a user who has a credential for a server and the folder as home.</summary>
    public CommandLine(string folder, string url, string token)
        : this(folder, new() { ["SECRONNA_API_URL"] = url, ["SECRONNA_TOKEN"] = token, ["HOME"] = folder })
    {
    }

    public Dictionary<string, string> Variables { get; } = variables;

    /// <summary>Runs a command to its end, with <paramref name="input"/> on its standard input.</summary>
    public Task<Ended> RunAsync(string input, params string[] arguments) =>
        ClientProgram.RunAsync(ClientProgram.CommandLine, folder, Variables, input, arguments);

    /// <summary>Runs a command, expects it to succeed, and returns its standard output.</summary>
    public async Task<string> DoAsync(params string[] arguments)
    {
        var ended = await RunAsync("", arguments);
        Assert.True(ended.ExitCode == 0, ended.Error);
        return ended.Out;
    }

    /// <summary>Starts a command. The caller reads its output, waits for its end and disposes of it.</summary>
    public Process Start(params string[] arguments) => ClientProgram.Start(ClientProgram.CommandLine, folder, Variables, arguments);

    /// <summary>Starts a shell command at a terminal.</summary>
    public Terminal StartTerminal(string command) => Terminal.Start(folder, Variables, command);

    /// <summary>Runs a shell command at a terminal to its end and returns what the terminal showed.</summary>
    public async Task<string> ShowAsync(string command)
    {
        await using var terminal = StartTerminal(command);
        return (await terminal.EndAsync()).Screen;
    }
}
