using System.Text.Json;

namespace Secronna.Attacks;

/// <summary>Attacks that make the server write.</summary>
internal static class WriteAttacks
{
    public static IReadOnlyList<Attack> All { get; } =
    [
        new("large-writes", "writes values of 64,000 bytes, to fill the disk", LargeAsync),
        new("batches", "writes batches of 500 keys, 120 at a time", BatchesAsync),
        new("idempotency-rows", "writes small values, each with an idempotency key of its own", IdempotencyAsync),
        new("restores", "restores an environment to its past, for real and as a dry run", RestoresAsync),
        new("wide-restores", "restores an environment of 5,000 secrets to one instant and back to another", WideRestoresAsync),
        new("deletions", "writes keys and deletes them, so that their content must be erased, and reads for long meanwhile", DeletionsAsync),
        new("projects", "creates projects without end", ProjectsAsync),
        new("kek-rotations", "rotates its project's KEK without end", RotationsAsync),
    ];

    private static Task LargeAsync(Attacker attacker)
    {
        var value = new string('x', 64_000);
        return attacker.RepeatAsync(16, i => PutAsync(attacker, $"LARGE_{i % 20}", value));
    }

    private static Task BatchesAsync(Attacker attacker)
    {
        var secrets = Enumerable.Range(0, 500).Select(i => new { key = $"BATCH_{i}", value = "value" });
        var body = JsonSerializer.Serialize(new { secrets });
        return attacker.RepeatAsync(120, _ => attacker.SendAsync(
            HttpMethod.Post, $"/environments/{attacker.Target.EnvironmentId}/secrets/batch", attacker.Target.WriteToken, body));
    }

    private static Task IdempotencyAsync(Attacker attacker) =>
        attacker.RepeatAsync(64, i => PutAsync(
            attacker, $"SMALL_{i % 20}", "value", ("Idempotency-Key", Attacker.NewName())));

    private static Task RestoresAsync(Attacker attacker) =>
        attacker.RepeatAsync(8, i => attacker.SendAsync(
            HttpMethod.Post, $"/environments/{attacker.Target.EnvironmentId}/restore", attacker.Target.AdminToken,
            JsonSerializer.Serialize(new { at = attacker.Target.Before, dryRun = i % 2 == 0 })));

    private static Task WideRestoresAsync(Attacker attacker) =>
        attacker.RepeatAsync(8, i => attacker.SendAsync(
            HttpMethod.Post, $"/environments/{attacker.Target.WideEnvironmentId}/restore", attacker.Target.AdminToken,
            JsonSerializer.Serialize(new { at = attacker.Target.WideInstants[i % 2] })));

    // The log can be erased only while nobody reads it, so a third of the requests read for long.
    private static Task DeletionsAsync(Attacker attacker) =>
        attacker.RepeatAsync(24, async i =>
        {
            if (i % 3 == 0)
            {
                await ListAttacks.PastListAsync(attacker, attacker.Target.AdminToken);
            }
            else if (await WriteShortAsync(attacker, i) is { } id)
            {
                await attacker.SendAsync(HttpMethod.Delete, "/secrets/" + id, attacker.Target.AdminToken, null);
            }
        });

    private static async Task<string?> WriteShortAsync(Attacker attacker, int i)
    {
        var written = await attacker.CreateAsync(
            HttpMethod.Put, $"/environments/{attacker.Target.EnvironmentId}/secrets", $$"""{"key":"SHORT_{{i}}","value":"value"}""");
        return written?.GetProperty("id").GetString();
    }

    private static Task ProjectsAsync(Attacker attacker) =>
        attacker.RepeatAsync(16, _ => attacker.SendAsync(
            HttpMethod.Post, "/projects", attacker.Target.AdminToken, $$"""{"name":"p{{Attacker.NewName()}}"}"""));

    private static Task RotationsAsync(Attacker attacker) =>
        attacker.RepeatAsync(4, _ => attacker.SendAsync(
            HttpMethod.Post, $"/projects/{attacker.Target.ProjectId}/keys/rotate", attacker.Target.AdminToken, null));

    private static Task PutAsync(
        Attacker attacker, string key, string value, params (string Name, string Value)[] headers) =>
        attacker.SendAsync(
            HttpMethod.Put, $"/environments/{attacker.Target.EnvironmentId}/secrets", attacker.Target.WriteToken,
            JsonSerializer.Serialize(new { key, value }), headers);
}
