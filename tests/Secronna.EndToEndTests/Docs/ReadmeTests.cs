using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Docs;

/// <summary>The README's commands, in order in one shell, as whoever follows it types them.</summary>
public sealed class ReadmeTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Its_commands_work_when_pasted_one_after_the_other()
    {
        var blocks = ShellBlocks.Read(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "README.md")));
        Assert.Contains("dotnet run --project src/Secronna.Server -- dev &", blocks[0], StringComparison.Ordinal);
        // The program that is built already, on a free port.
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
    public async Task Its_line_that_waits_ends_when_the_server_is_ready_and_when_there_is_none(int exitCode, string end)
    {
        var first = ShellBlocks.Read(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "README.md")))[0];
        var waiting = Assert.Single(first.Split('\n'), line => line.StartsWith("until ", StringComparison.Ordinal));
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
