using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Secronna.EndToEndTests.Running;
using Secronna.Tests.Contract;

namespace Secronna.EndToEndTests.Clients;

/// <summary>The command line: by the command that is there for it, else by <c>api</c>.</summary>
internal sealed partial class CommandDriver(HttpDriver http, string folder, string url, string token) : ContractDriver
{
    public override HttpDriver OverHttp => http;

    public override bool KnowsRevisions => false;

    public override ContractDriver As(string another) => new CommandDriver((HttpDriver)http.As(another), folder, url, another);

    public override async Task<Outcome> TryAsync(Operation operation)
    {
        if (operation.Command is not { } command)
        {
            return operation.IsList ? await ByPagesAsync(operation) : (await AskAsync(operation, operation.Path)).Outcome;
        }

        var ended = await RunAsync(operation.Input, [.. command, "--json"]);
        if (ended.ExitCode == 0)
        {
            return Outcome.Of(JsonNode.Parse(ended.Out));
        }

        Assert.Equal((1, ""), (ended.ExitCode, ended.Out));
        var code = Code().Match(ended.Error);
        Assert.True(code.Success, $"{string.Join(' ', command)}: {ended.Error}");
        return new Outcome(null, code.Groups[1].Value);
    }

    private async Task<Outcome> ByPagesAsync(Operation operation)
    {
        var items = new JsonArray();
        var (first, cursor) = await AskAsync(operation, operation.Path);
        for (var page = first; ; (page, cursor) = await AskAsync(operation, $"{operation.Path}{(operation.Path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}cursor={cursor}"))
        {
            if (page.Code is not null)
            {
                return page;
            }

            page.Data!.AsArray().ToList().ForEach(item => items.Add(item!.DeepClone()));
            if (cursor is null)
            {
                return Outcome.Of(items);
            }
        }
    }

    private async Task<(Outcome Outcome, string? Cursor)> AskAsync(Operation operation, string path)
    {
        string[] body = operation.Body is null ? [] : ["--body", "-"];
        var ended = await RunAsync(operation.Body?.ToJsonString() ?? "", ["api", operation.Method, path, .. body]);
        var envelope = JsonNode.Parse(ended.Out)!;
        var error = (string?)envelope["error"]?["code"];
        Assert.Equal(error is null ? 0 : 1, ended.ExitCode);
        return (error is null ? Outcome.Of(envelope["data"]) : new Outcome(null, error), (string?)envelope["meta"]!["cursor"]);
    }

    private Task<Ended> RunAsync(string input, string[] arguments) => ClientProgram.RunAsync(
        ClientProgram.CommandLine, folder, new Dictionary<string, string> { ["SECRONNA_API_URL"] = url, ["SECRONNA_TOKEN"] = token, ["HOME"] = folder }, input, arguments);

    [GeneratedRegex(@"^Error \[([A-Z_]+)\]: ", RegexOptions.Multiline)]
    private static partial Regex Code();
}
