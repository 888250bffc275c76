using System.Net;
using System.Text.Json;

namespace Secronna.Attacks;

/// <summary>Attacks on authentication and on the record of refusals.</summary>
internal static class CredentialAttacks
{
    public static IReadOnlyList<Attack> All { get; } =
    [
        new("junk-tokens", "guesses tokens from 200 addresses", JunkTokensAsync),
        new("many-keys", "creates access keys and uses each one once", ManyKeysAsync),
        new("huge-grants", "lists projects with a key that has as many grants as it can", HugeGrantsAsync),
        new("refusals", "asks for values that it may not see, thousands of different ones, from 50 addresses", RefusalsAsync),
    ];

    private static async Task JunkTokensAsync(Attacker attacker)
    {
        var clients = Clients(attacker, 200);
        await attacker.RepeatAsync(64, i => attacker.SendAsync(
            clients[i % clients.Count], HttpMethod.Get, "/projects", $"sk_live_{i:d6}{new string('A', 60)}"[..51], null));
        clients.ForEach(client => client.Dispose());
    }

    private static Task ManyKeysAsync(Attacker attacker) =>
        attacker.RepeatAsync(8, async i =>
        {
            if (await NewKeyAsync(attacker, $"key-{Attacker.NewName()}", "project/*") is { } token)
            {
                await attacker.SendAsync(HttpMethod.Get, "/projects", token, null);
            }
        });

    private static async Task HugeGrantsAsync(Attacker attacker)
    {
        var paths = Enumerable.Range(0, 100).Select(i => $"*p{i}*a*/*e*/*K*Y*{i}*").ToArray();
        var token = await NewKeyAsync(attacker, "huge", paths) ?? attacker.Target.ListToken;
        await attacker.RepeatAsync(16, i => attacker.SendAsync(
            HttpMethod.Get, i % 2 == 0 ? "/search/secrets?q=KEY" : $"/environments/{attacker.Target.EnvironmentId}/secrets", token, null));
    }

    private static async Task RefusalsAsync(Attacker attacker)
    {
        var clients = Clients(attacker, 50);
        var ids = attacker.Target.SecretIds;
        await attacker.RepeatAsync(32, i => attacker.SendAsync(
            clients[i % clients.Count], HttpMethod.Post,
            i % 2 == 0 ? $"/secrets/{ids[i % ids.Count]}/reveal" : $"/secrets/sec_{i:d26}/reveal",
            attacker.Target.ListToken, null));
        clients.ForEach(client => client.Dispose());
    }

    private static List<HttpClient> Clients(Attacker attacker, int count) =>
        [.. Enumerable.Range(0, count).Select(i => Attacker.NewClient(attacker.Target.Url, new IPAddress([127, 0, 1, (byte)(i + 1)])))];

    private static async Task<string?> NewKeyAsync(Attacker attacker, string name, params string[] paths)
    {
        var data = await attacker.CreateAsync(HttpMethod.Post, "/access-keys", JsonSerializer.Serialize(
            new { name, grants = paths.Select(path => new { path, actions = new[] { "list" } }) }));
        return data?.GetProperty("token").GetString();
    }
}
