using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests;

/// <summary>The README's commands, in order in one shell, as whoever follows it types them.</summary>
public sealed class ReadmeTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Its_commands_work_when_pasted_one_after_the_other()
    {
        var blocks = Readme.Blocks(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "README.md")));
        Assert.Contains("dotnet run --project src/Secronna.Server -- dev &", blocks[0], StringComparison.Ordinal);
        // The program that is built already, on a free port.
        blocks[0] = $"""
            '{ServerProgram.Path}' dev --port 0 &
            server=$!
            until [ -s .secronna/dev.env ]; do sleep 0.1; done

            """;

        var output = await Readme.RunAsync(string.Concat(blocks), folder.Path);

        var answers = output.Split('\n').Where(line => line.StartsWith("{\"data\"", StringComparison.Ordinal))
            .Select(line => JsonNode.Parse(line)!).ToList();
        var errors = answers.Where(answer => answer["error"] is not null).ToList();
        Assert.Equal("NOT_FOUND", (string)Assert.Single(errors)["error"]!["code"]!);
        var values = answers.Select(answer => answer["data"]).OfType<JsonObject>().Select(data => (string?)data["value"]).OfType<string>();
        Assert.Equal(["postgres://new", "postgres://old", "postgres://new"], values);
        Assert.Equal(4, answers.Select(answer => answer["data"]).OfType<JsonArray>().Single().Count);
    }
}
