using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Secronna.EndToEndTests.Running;
using Secronna.Tests.Contract;

namespace Secronna.EndToEndTests.Clients;

/// <summary>Drives the contract by the command line: by the command for the operation, or by <c>api</c> where there is none.</summary>
internal sealed partial class CommandDriver(HttpDriver http, string folder, string url, string token) : ContractDriver
{
    private readonly CommandLine cli = new(folder, url, token);

    public override HttpDriver OverHttp => http;

    public override bool KnowsRevisions => false;

    public override ContractDriver As(string another) => new CommandDriver((HttpDriver)http.As(another), folder, url, another);

    public override async Task<Outcome> TryAsync(Operation operation)
    {
        if (operation.Command is not { } command)
        {
            return operation.IsList ? await ByPagesAsync(operation) : (await AskAsync(operation, operation.Path)).Outcome;
        }

        var ended = await cli.RunAsync(operation.Input, [.. command, "--json"]);
        if (ended.ExitCode == 0)
        {
            return Outcome.Of(JsonNode.Parse(ended.Out));
        }

        Assert.Equal((1, ""), (ended.ExitCode, ended.Out));
        return Refused(ended);
    }

    private async Task<Outcome> ByPagesAsync(Operation operation)
    {
        var items = new JsonArray();
        string? cursor = null;
        do
        {
            (var page, cursor) = await AskAsync(operation, operation.PathAt(cursor));
            if (page.Code is not null)
            {
                return page;
            }

            page.Data!.AsArray().ToList().ForEach(item => items.Add(item!.DeepClone()));
        }
        while (cursor is not null);
        return Outcome.Of(items);
    }

    /// <summary>Calls <c>api</c>, which prints the answer unchanged and describes an error on standard error too.</summary>
    private async Task<(Outcome Outcome, string? Cursor)> AskAsync(Operation operation, string path)
    {
        string[] body = operation.Text is null ? [] : ["--body", "-"];
        var ended = await cli.RunAsync(operation.Text ?? "", ["api", operation.Method, path, .. body]);
        var envelope = JsonNode.Parse(ended.Out)!;
        if (ended.ExitCode == 0)
        {
            Assert.Null(envelope["error"]);
            return (Outcome.Of(envelope["data"]), (string?)envelope["meta"]!["cursor"]);
        }

        var refused = Refused(ended);
        Assert.Equal((1, refused.Code, refused.Message), (ended.ExitCode, (string)envelope["error"]!["code"]!, (string)envelope["error"]!["message"]!));
        return (refused, null);
    }

    private static Outcome Refused(Ended ended)
    {
        var error = Said().Match(ended.Error);
        Assert.True(error.Success, ended.Error);
        return new Outcome(null, error.Groups[1].Value, error.Groups[2].Value);
    }

    [GeneratedRegex(@"^Error \[([A-Z_]+)\]: (.+)$", RegexOptions.Multiline)]
    private static partial Regex Said();
}
