using System.Diagnostics;
using System.Text.Json.Nodes;
using Secronna.EndToEndTests.PointInTime;
using Secronna.EndToEndTests.Running;
using Secronna.EndToEndTests.Scanning;
using Secronna.Tests.Tls;

namespace Secronna.EndToEndTests.Vault;

/// <summary>
/// After 10,000 values were written and revealed, and some of them were rolled back, restored and compared, the server's memory
/// contains none of them (S26, S27). The connections stay open during the search, so that their buffers are searched too.
/// </summary>
[RunsAlone]
public sealed class MemoryTests(ITestOutputHelper output)
{
    private const int Values = 10_000;
    private const int Environments = 4;
    private const int PerEnvironment = Values / Environments;
    private const int BatchSize = 50;
    private const int Connections = 16;
    // Two TLS records of 16 KiB for each connection. The search finds less than half as many bytes.
    private const int MaxBytesLeftByTls = Connections * 2 * 16 * 1_024;

    private static readonly ParallelOptions OnAllConnections = new() { MaxDegreeOfParallelism = Connections };

    [Fact]
    public async Task Ten_thousand_values_that_were_written_revealed_and_restored_leave_nothing_in_memory()
    {
        using var installation = await NewInstallationAsync();
        await using var server = await installation.ServeAsync();
        using var api = new Api(server.Url, installation.Token);
        var (needles, values, environments) = await UseAllAsync(api);

        ExpectOnlyControl(needles, server.Id);
        await new PointInTimeCalls(api, environments[0], environments[1]).CallAllAsync(values[..PerEnvironment].Select((value, i) => (Key(i), value)).ToList());
        ExpectOnlyControl(needles, server.Id);
        await RefuseAllAsync(api, needles);
        ExpectOnlyControl(needles, server.Id);
        Assert.Equal(0, await server.StopAsync());
    }

    /// <summary>
    /// The platform's TLS keeps the data that it last encrypted and decrypted in each connection's buffers and does not zero
    /// them. SECURITY.md states how much is found.
    /// </summary>
    [Fact]
    public async Task With_TLS_in_the_server_itself_memory_holds_no_more_bytes_of_values_than_the_connections_TLS_buffers_can()
    {
        using var installation = await NewInstallationAsync();
        using var certificates = new ServerCertificates();
        installation.UseTls(certificates);
        await using var server = await installation.ServeTlsAsync(certificates.Root);
        using var api = new Api(server.Url, installation.Token, certificates.Root);
        var (needles, _, _) = await UseAllAsync(api);

        var leaks = Leaks(needles, server.Id);

        var valuesFound = leaks.Where(each => each.Hit.Encoding != "JSON").Select(each => each.Hit.Name).Distinct().Count();
        output.WriteLine($"{leaks.Count} pieces of {NeedleSet.Window} bytes of {valuesFound} of {Values} values were found");
        Assert.InRange(leaks.Count * NeedleSet.Window, 0, MaxBytesLeftByTls);
        Assert.Equal(0, await server.StopAsync());
    }

    private static async Task<TestInstallation> NewInstallationAsync()
    {
        var installation = await TestInstallation.CreateAsync();
        if (!Environment.IsPrivilegedProcess)
        {
            // Without diagnostics only root may read the server's memory.
            installation.Environment["Secronna__Diagnostics"] = "true";
        }

        return installation;
    }

    // Writes and reveals all values. Returns what to search for, the values, and the ids of their environments.
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
            var part = values.GetRange(environment * PerEnvironment, PerEnvironment);
            environments.Add(await UseAsync(api, $"Memory {environment}", part, control));
        }

        return (needles, values, environments);
    }

    // The server holds the values of refused requests in memory too. Other code than for accepted requests must zero them.
    private static async Task RefuseAllAsync(Api api, NeedleSet needles)
    {
        const int RepeatsOfEach = 100;
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
        for (var i = 0; i < refused.Length * RepeatsOfEach; i++)
        {
            var value = Canary.Plain();
            needles.Add($"refused {i % refused.Length}", value);
            var (method, target, body) = refused[i % refused.Length](value);
            Assert.InRange((await api.SendAsync(method, target, body)).Status, 400, 409);
        }
    }

    private static async Task<string> UseAsync(Api api, string project, List<string> values, string control)
    {
        var (_, environment) = await api.CreateEnvironmentAsync(project);
        var path = $"{project.ToLowerInvariant().Replace(' ', '-')}/production";
        var ids = new string[values.Count];
        Assert.Equal(201, (await api.WriteAsync(environment, control, "a key's name is not secret")).Status);
        var half = values.Count / 2;
        await Parallel.ForAsync(0, half, OnAllConnections, async (i, _) => ids[i] = await WriteAsync(api, environment, i, values[i], chunked: i % 3 == 0));
        await Parallel.ForAsync(0, half / BatchSize, OnAllConnections, async (batch, _) =>
            await WriteBatchAsync(api, environment, half + (batch * BatchSize), values, ids));
        await Parallel.ForAsync(0, values.Count, OnAllConnections, async (i, _) =>
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

    private static async Task RevealAllAsync(Api api, string parent, List<string> values)
    {
        var revealed = await api.PostAsync($"/api/v1/{parent}/reveal");
        Assert.Equal(200, revealed.Status);
        var secrets = revealed.Data["secrets"]!.AsArray().Where(secret => ((string)secret!["key"]!).StartsWith("K_", StringComparison.Ordinal));
        Assert.Equal(values, secrets.Select(secret => (string)secret!["value"]!));
    }

    private void ExpectOnlyControl(NeedleSet needles, int processId) => Assert.Empty(Leaks(needles, processId));

    // Returns each address where a value was found, once. Fails if the control is not found: then the search finds nothing.
    private List<(Hit Hit, Mapping Mapping)> Leaks(NeedleSet needles, int processId)
    {
        var started = Stopwatch.GetTimestamp();
        var memory = new ProcessMemory(processId);
        var found = memory.Find(needles);
        // Escaped pieces are the same in many values, so one address may match several of them.
        var leaks = found.Where(each => each.Hit.Name != "control").GroupBy(each => (each.Hit.Offset, each.Hit.Encoding))
            .Select(address => address.First()).ToList();
        output.WriteLine(
            $"{memory.BytesRead >> 20} MiB searched for {needles.Count} windows in {Stopwatch.GetElapsedTime(started).TotalSeconds:F1} s: "
            + $"{leaks.Count} hits of {leaks.Select(each => each.Hit.Name).Distinct().Count()} values, {found.Count - leaks.Count} of the control");
        foreach (var (hit, mapping) in leaks.Take(20))
        {
            output.WriteLine($"{hit} in {mapping.Description}: {memory.Around(hit.Offset)}");
        }

        Assert.Contains(found, each => each.Hit is { Name: "control", Encoding: "raw" });
        Assert.Contains(found, each => each.Hit is { Name: "control", Encoding: "UTF-16" });
        return leaks;
    }

    // Most values are short, as secrets are. Some need JSON escapes, some need several buffers, some are near the size limit.
    private static string Value(int i) => (i % 200) switch
    {
        0 => Canary.Plain(60 * 1_024),
        < 6 => Canary.Plain(2 * 1_024),
        < 40 => Canary.Escaped(),
        _ => Canary.Plain(32 + (i % 17)),
    };

    private static string Key(int i) => $"K_{i:D5}";
}
