using System.Text;
using System.Text.Json.Nodes;
using Secronna.EndToEndTests.PointInTime;
using Secronna.EndToEndTests.Running;
using Secronna.EndToEndTests.Scanning;

namespace Secronna.EndToEndTests.Vault;

/// <summary>
/// No file that the server writes, no log line and no answer other than a reveal's contains a secret's value, in any encoding
/// (S16).
/// </summary>
[FlawClass("audit leak")]
public sealed class LeakTests
{
    private const int Rounds = 150;
    private const int Keys = 40;

    [Fact]
    public async Task No_value_is_in_the_data_folder_the_log_or_any_answer_other_than_a_reveals()
    {
        using var installation = await TestInstallation.CreateAsync();
        await using var server = await installation.ServeAsync();
        using var api = new Api(server.Url, installation.Token);
        var values = Enumerable.Range(0, Rounds).Select(i => i % 3 == 0 ? Canary.Escaped() : Canary.Plain(i % 10 == 1 ? 9_000 : 50)).ToList();
        var needles = new NeedleSet();
        values.ForEach(value => needles.Add("value", value));
        const string Control = "CONTROL_KEY_THAT_IS_STORED_IN_CLEAR";
        needles.Add("control", Control);

        var (_, environment) = await api.CreateEnvironmentAsync("Leaks");
        await api.WriteAsync(environment, Control, values[0]);
        var answers = new StringBuilder();
        for (var i = 0; i < Rounds; i++)
        {
            await WriteAndRevealAsync(api, environment, $"KEY_{i % Keys}", values[i], answers);
            await ProvokeErrorsAsync(api, environment, values[i], answers);
        }

        answers.Append(await CallPointInTimeAsync(api, environment, values));
        foreach (var path in new[] { $"environments/{environment}/secrets", "audit", "search/secrets?q=KEY", "projects" })
        {
            (await api.ListAsync("/api/v1/" + path)).ForEach(entry => answers.Append(entry.ToJsonString()));
        }

        // Searched once while the server runs, when there is a write-ahead log, and once after its stop.
        ExpectOnlyControl(needles, installation, server.Log, answers.ToString());
        Assert.Equal(0, await server.StopAsync());
        ExpectOnlyControl(needles, installation, server.Log, answers.ToString());
    }

    // The environment to compare with has the same value under every second key.
    private static async Task<string> CallPointInTimeAsync(Api api, string environment, List<string> values)
    {
        var current = Enumerable.Range(0, Keys).Select(i => ($"KEY_{i}", values[Rounds - 1 - ((Rounds - 1 - i) % Keys)])).ToList();
        var (_, other) = await api.CreateEnvironmentAsync("Other");
        for (var i = 0; i < Keys; i++)
        {
            Assert.Equal(201, (await api.WriteAsync(other, $"KEY_{i}", current[i / 2 * 2].Item2)).Status);
        }

        var calls = new PointInTimeCalls(api, environment, other);
        await calls.CallAllAsync(current);
        return await calls.PassValuesAsArgumentsAsync(values);
    }

    private static async Task WriteAndRevealAsync(Api api, string environment, string key, string value, StringBuilder answers)
    {
        var written = await api.WriteAsync(environment, key, value);
        Assert.Equal(201, written.Status);
        answers.Append(written.Envelope.ToJsonString());
        var revealed = await api.RevealAsync((string)written.Data["id"]!, (int)written.Data["version"]!);
        Assert.Equal(value, (string)revealed.Data["value"]!);
    }

    // Sends the value in requests that are refused: the errors must not contain it, and nothing may store it.
    private static async Task ProvokeErrorsAsync(Api api, string environment, string value, StringBuilder answers)
    {
        var path = $"/api/v1/environments/{environment}/secrets";
        JsonObject[] bodies =
        [
            new() { ["key"] = "NO KEY", ["value"] = value },
            new() { ["key"] = "KEY_0", ["value"] = value, ["expectedVersion"] = 100_000 },
            new() { ["key"] = "KEY_0", ["value"] = value, ["unknown"] = 1 },
            new() { ["key"] = "KEY_0", ["value"] = new JsonArray(value) },
            new() { ["key"] = "KEY_0", ["value"] = value + "\0" },
            new() { ["key"] = "-" + value, ["value"] = value },
        ];
        foreach (var body in bodies)
        {
            var answer = await api.PutAsync(path, body);
            Assert.InRange(answer.Status, 400, 499);
            answers.Append(answer.Envelope.ToJsonString());
        }

        var cut = await api.SendAsync(HttpMethod.Put, path, bodies[0].ToJsonString()[..^1]);
        Assert.Equal(400, cut.Status);
        answers.Append(cut.Envelope.ToJsonString());
    }

    private static void ExpectOnlyControl(NeedleSet needles, TestInstallation installation, string log, string answers)
    {
        var hits = new List<(Hit Hit, string Source)>();
        foreach (var file in Directory.GetFiles(installation.Folder.Path, "*", SearchOption.AllDirectories))
        {
            Find(needles, ReadShared(file), file, hits);
        }

        Find(needles, Encoding.UTF8.GetBytes(log), "log", hits);
        Find(needles, Encoding.UTF8.GetBytes(answers), "answers", hits);
        Assert.DoesNotContain(hits, hit => hit.Hit.Name != "control");
        Assert.Contains(hits, hit => hit.Hit.Name == "control" && hit.Source.Contains("secronna.db", StringComparison.Ordinal));
    }

    private static void Find(NeedleSet needles, byte[] bytes, string source, List<(Hit Hit, string Source)> found)
    {
        var hits = new List<Hit>();
        needles.Find(bytes, 0, hits);
        found.AddRange(hits.Select(hit => (hit, source)));
    }

    private static byte[] ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var copy = new MemoryStream();
        file.CopyTo(copy);
        return copy.ToArray();
    }
}
