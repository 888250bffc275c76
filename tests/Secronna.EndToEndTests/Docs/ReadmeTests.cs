using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Docs;

/// <summary>Runs the README's commands in order in one shell, as a reader who follows it would.</summary>
public sealed class ReadmeTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_commands_of_the_README_work_when_pasted_in_order()
    {
        var blocks = ShellBlocks.Read(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "README.md")));
        Assert.Contains("dotnet run --project src/Secronna.Server -- dev &", blocks[0], StringComparison.Ordinal);
        // Starts the program that is already built, on a free port, in place of `dotnet run`.
        blocks[0] = $"""
            '{ServerProgram.Path}' dev --port 0 &
            server=$!
            until [ -s .secronna/dev.env ]; do sleep 0.1; done

            """;

        Assert.Contains("dotnet publish src/Secronna.Cli -o .secronna/bin", blocks[1], StringComparison.Ordinal);
        blocks[1] = $"""
            PATH='{ClientProgram.Folder}':"$PATH"
            . .secronna/dev.env
            secronna auth whoami

            """;

        var lines = (await ShellBlocks.RunAsync(string.Concat(blocks), folder.Path)).Split('\n');

        Assert.Contains(lines, line => line.StartsWith("api_key", StringComparison.Ordinal) && line.Contains("acc_dev", StringComparison.Ordinal));
        Assert.Contains("postgres://newpostgres://oldpostgres://new", lines);
        Assert.Contains(lines, line => line.StartsWith("postgres://newTIME", StringComparison.Ordinal));
        Assert.Equal(5, lines.Count(line => line.Contains("secret.reveal", StringComparison.Ordinal)));
        Assert.Contains(lines, line => line.StartsWith("deleted proj_", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0, "waited")]
    [InlineData(1, "waited: gone")]
    public async Task The_waiting_loop_of_the_README_ends_when_the_server_is_ready_or_has_ended(int exitCode, string end)
    {
        var firstBlock = ShellBlocks.Read(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "README.md")))[0];
        var waiting = Assert.Single(firstBlock.Split('\n'), line => line.StartsWith("until ", StringComparison.Ordinal));
        var program = exitCode == 0 ? $"'{ServerProgram.Path}' dev --port 0" : "false";
        var output = await ShellBlocks.RunAsync(
            $"""
            {program} > /dev/null &
            server=$!
            {waiting}
            if kill "$server"; then echo; echo waited; else echo 'waited: gone'; fi
            wait "$server" || [ $? = {exitCode} ]

            """, folder.Path);
        Assert.Equal(end, output.TrimEnd('\n').Split('\n')[^1]);
    }
}
