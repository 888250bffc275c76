using System.Diagnostics;
using System.Text.Json.Nodes;
using Secronna.EndToEndTests.PointInTime;
using Secronna.EndToEndTests.Running;
using Secronna.EndToEndTests.Scanning;
using Secronna.Tests.Tls;

namespace Secronna.EndToEndTests.Vault;

/// <summary>
/// After 10,000 values were written and revealed, and some of them rolled back, restored and compared, the server's memory
/// holds none of them (S26, S27). The connections stay open while it is looked at: what a connection keeps counts too.
/// </summary>
public sealed class MemoryTests(ITestOutputHelper output)
{
    private const int Values = 10_000;
    private const int Environments = 4;
    private const int PerEnvironment = Values / Environments;
    private const int BatchSize = 50;
    private const int Connections = 16;
    // Two records of TLS, of 16 KiB, for each connection; what is found of them is less than half of it.
    private const int MostBytesLeftByTls = Connections * 2 * 16 * 1_024;

    private static readonly ParallelOptions Together = new() { MaxDegreeOfParallelism = Connections };

    [Fact]
    public async Task Ten_thousand_values_written_revealed_and_brought_back_leave_nothing_in_memory()
    {
        using var installation = await NewInstallationAsync();
        await using var server = await installation.ServeAsync();
        using var api = new Api(server.Url, installation.Token);
        var (needles, values, environments) = await UseAllAsync(api);

        ExpectControlAlone(needles, server.Id);
        await new PointInTimeCalls(api, environments[0], environments[1]).CallAllAsync(values[..PerEnvironment].Select((value, i) => (Key(i), value)).ToList());
        ExpectControlAlone(needles, server.Id);
        await RefuseAllAsync(api, needles);
        ExpectControlAlone(needles, server.Id);
        Assert.Equal(0, await server.StopAsync());
    }

    /// <summary>
    /// The platform's TLS keeps in each connection's buffers what it encrypted and decrypted last, and does not zero them.
    /// SECURITY.md has the figure.
    /// </summary>
    [Fact]
    public async Task With_TLS_in_the_server_itself_no_more_is_left_than_its_connections_buffers_hold()
    {
        using var installation = await NewInstallationAsync();
        using var certificates = new ServerCertificates();
        installation.UseTls(certificates);
        await using var server = await installation.ServeTlsAsync(certificates.Root);
        using var api = new Api(server.Url, installation.Token, certificates.Root);
        var (needles, _, _) = await UseAllAsync(api);

        var leaks = Leaks(needles, server.Id);

        var left = leaks.Where(each => each.Hit.Encoding != "JSON").Select(each => each.Hit.Name).Distinct().Count();
        output.WriteLine($"{left} of {Values} values have left {leaks.Count} pieces of {NeedleSet.Window} bytes");
        Assert.InRange(leaks.Count * NeedleSet.Window, 0, MostBytesLeftByTls);
        Assert.Equal(0, await server.StopAsync());
    }

    private static async Task<TestInstallation> NewInstallationAsync()
    {
        var installation = await TestInstallation.CreateAsync();
        if (!Environment.IsPrivilegedProcess)
        {
            // Otherwise nobody but root may look.
            installation.Environment["Secronna__Diagnostics"] = "true";
        }

        return installation;
    }

    // Writes and reveals all values; what is to be looked for, and where the values are.
    private static async Task<(NeedleSet Needles, List<string> Values, List<string> Environments)> UseAllAsync(Api api)
    {
        var values = Enumerable.Range(0, Values).Select(Value).ToList();
        var control = "CONTROL_" + Canary.Plain();
        var needles = new NeedleSet();
        for (var i = 0; i < Values; i++)
        {
            needles.Add($"value {i} of {values[i].Length}", values[i]);
        }

        needles.Add("control", control);
        var environments = new List<string>();
        for (var environment = 0; environment < Environments; environment++)
        {
            var mine = values.GetRange(environment * PerEnvironment, PerEnvironment);
            environments.Add(await UseAsync(api, $"Memory {environment}", mine, control));
        }

        return (needles, values, environments);
    }

    // What is refused was in memory too, and leaves it by other ways.
    private static async Task RefuseAllAsync(Api api, NeedleSet needles)
    {
        const int Times = 100;
        var (_, environment) = await api.CreateEnvironmentAsync("Refused");
        var path = $"/api/v1/environments/{environment}/secrets";
        Func<string, (HttpMethod Method, string Path, string Body)>[] refused =
        [
            value => (HttpMethod.Put, path, $$"""{"key":"A","value":"{{value}}"} x"""),
            value => (HttpMethod.Put, path, $$"""{"key":"A","value":"{{value}}"}]"""),
            value => (HttpMethod.Put, path, $$"""{"key":"A","value":"{{value}}","value":"{{value}}"}"""),
            value => (HttpMethod.Put, path, $$"""{"value":"{{value}}","key":"not a key"}"""),
            value => (HttpMethod.Put, path, $$"""{"key":"A","value":"{{value}}","unknown":1}"""),
            value => (HttpMethod.Put, path, $$"""{"key":"A","value":"{{value}}\u0000"}"""),
            value => (HttpMethod.Put, path, $$"""{"key":"A","value":"{{value}}\ud800"}"""),
            value => (HttpMethod.Put, path, $$"""{"key":"A","value":"{{value}}"""),
            value => (HttpMethod.Put, path, $$"""{"key":"A","value":"{{value}}","expectedVersion":7}"""),
            value => (HttpMethod.Put, path.Replace("env_", "env_x", StringComparison.Ordinal), $$"""{"key":"A","value":"{{value}}"}"""),
            value => (HttpMethod.Post, path + "/batch", $$"""{"secrets":[{"key":"A","value":"{{value}}"},{"key":"A","value":"b"}]}"""),
            value => (HttpMethod.Post, path + "/batch", $$"""{"secrets":[{"key":"A","value":"{{value}}"}]} x"""),
            value => (HttpMethod.Post, path + "/batch", $$"""{"secrets":[{"key":"A","value":"{{value}}"},7]}"""),
            value => (HttpMethod.Post, $"/api/v1/environments/{environment}/reveal", $$"""{"{{value}}":1}"""),
        ];
        for (var i = 0; i < refused.Length * Times; i++)
        {
            var value = Canary.Plain();
            needles.Add($"refused {i % refused.Length}", value);
            var (method, where, body) = refused[i % refused.Length](value);
            Assert.InRange((await api.SendAsync(method, where, body)).Status, 400, 409);
        }
    }

    private static async Task<string> UseAsync(Api api, string project, List<string> values, string control)
    {
        var (_, environment) = await api.CreateEnvironmentAsync(project);
        var path = $"{project.ToLowerInvariant().Replace(' ', '-')}/production";
        var ids = new string[values.Count];
        Assert.Equal(201, (await api.WriteAsync(environment, control, "the key's name is no secret")).Status);
        var half = values.Count / 2;
        await Parallel.ForAsync(0, half, Together, async (i, _) => ids[i] = await WriteAsync(api, environment, i, values[i], chunked: i % 3 == 0));
        await Parallel.ForAsync(0, half / BatchSize, Together, async (batch, _) =>
            await WriteBatchAsync(api, environment, half + (batch * BatchSize), values, ids));
        await Parallel.ForAsync(0, values.Count, Together, async (i, _) =>
        {
            var revealed = i % 2 == 0
                ? await api.RevealAsync(ids[i], 1)
                : await api.PostAsync("/api/v1/reveal", new JsonObject { ["path"] = $"{path}/{Key(i)}" });
            Assert.Equal(values[i], (string)revealed.Data["value"]!);
        });
        await RevealAllAsync(api, $"environments/{environment}", values);
        await RevealAllAsync(api, $"projects/by-slug/{path.Replace("/", "/environments/", StringComparison.Ordinal)}", values);
        return environment;
    }

    private static async Task<string> WriteAsync(Api api, string environment, int i, string value, bool chunked)
    {
        var body = new JsonObject { ["key"] = Key(i), ["value"] = value }.ToJsonString();
        var written = await api.SendAsync(HttpMethod.Put, $"/api/v1/environments/{environment}/secrets", body, chunked);
        Assert.Equal(201, written.Status);
        return (string)written.Data["id"]!;
    }

    private static async Task WriteBatchAsync(Api api, string environment, int first, List<string> values, string[] ids)
    {
        var secrets = new JsonArray([.. Enumerable.Range(first, BatchSize).Select(i =>
            new JsonObject { ["key"] = Key(i), ["value"] = values[i] })]);
        var written = await api.PostAsync($"/api/v1/environments/{environment}/secrets/batch", new JsonObject { ["secrets"] = secrets });
        Assert.Equal(201, written.Status);
        for (var i = 0; i < BatchSize; i++)
        {
            ids[first + i] = (string)written.Data[i]!["id"]!;
        }
    }

    private static async Task RevealAllAsync(Api api, string where, List<string> values)
    {
        var revealed = await api.PostAsync($"/api/v1/{where}/reveal");
        Assert.Equal(200, revealed.Status);
        var secrets = revealed.Data["secrets"]!.AsArray().Where(secret => ((string)secret!["key"]!).StartsWith("K_", StringComparison.Ordinal));
        Assert.Equal(values, secrets.Select(secret => (string)secret!["value"]!));
    }

    private void ExpectControlAlone(NeedleSet needles, int processId) => Assert.Empty(Leaks(needles, processId));

    // What was found, once for each place; the control must be there, or the search finds nothing.
    private List<(Hit Hit, Mapping Mapping)> Leaks(NeedleSet needles, int processId)
    {
        var started = Stopwatch.GetTimestamp();
        var memory = new ProcessMemory(processId);
        var found = memory.Find(needles);
        // Pieces of what JSON escapes are the same in many values, and say nothing of which it was.
        var leaks = found.Where(each => each.Hit.Name != "control").GroupBy(each => (each.Hit.Offset, each.Hit.Encoding))
            .Select(place => place.First()).ToList();
        output.WriteLine(
            $"{memory.BytesRead >> 20} MiB looked through for {needles.Count} windows in {Stopwatch.GetElapsedTime(started).TotalSeconds:F1} s: "
            + $"{leaks.Count} hits of {leaks.Select(each => each.Hit.Name).Distinct().Count()} values, {found.Count - leaks.Count} of the control");
        foreach (var (hit, mapping) in leaks.Take(20))
        {
            output.WriteLine($"{hit} in {mapping.Description}: {memory.Around(hit.Offset)}");
        }

        Assert.Contains(found, each => each.Hit is { Name: "control", Encoding: "raw" });
        Assert.Contains(found, each => each.Hit is { Name: "control", Encoding: "UTF-16" });
        return leaks;
    }

    // Mostly short, as secrets are; some that JSON escapes, some that need more than one buffer, some near the limit.
    private static string Value(int i) => (i % 200) switch
    {
        0 => Canary.Plain(60 * 1_024),
        < 6 => Canary.Plain(2 * 1_024),
        < 40 => Canary.Escaped(),
        _ => Canary.Plain(32 + (i % 17)),
    };

    private static string Key(int i) => $"K_{i:D5}";
}
