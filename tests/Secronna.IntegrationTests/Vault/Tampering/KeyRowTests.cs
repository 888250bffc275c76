using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using Secronna.Crypto;
using Secronna.Protocol;
using Secronna.Server.Vault;
using Xunit;

namespace Secronna.IntegrationTests.Vault.Tampering;

/// <summary>
/// S6: changed rows of <c>project_keys</c>, and changed owners of projects, environments and secrets, are detected.
/// </summary>
public sealed class KeyRowTests
{
    [Fact]
    public async Task A_wrapped_KEK_with_any_bit_flipped_is_refused()
    {
        await using var installation = await TestInstallation.CreateAsync();
        var written = (await installation.FillAsync())[0];
        using var connection = installation.ConnectToTamper();
        var id = KekOf(connection, written.ProjectId);
        var box = connection.One<byte[]>("SELECT wrapped_key FROM project_keys WHERE id = @id", ("@id", id));
        var keks = installation.Services.GetRequiredService<KekLeases>();
        var reveals = 0;
        foreach (var bit in Rounds.OfBits(box.Length))
        {
            keks.Forget(id);
            box[bit / 8] ^= (byte)(1 << (bit % 8));
            connection.Run("UPDATE project_keys SET wrapped_key = @box WHERE id = @id", ("@box", box), ("@id", id));
            await Assert.ThrowsAsync<DecryptionException>(async () => (await keks.LeaseAsync(id))?.Dispose());
            if (bit % 32 == 0)
            {
                reveals++;
                Assert.Equal(ErrorCodes.IntegrityError, await installation.RevealAsync(written));
            }

            box[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.Equal(reveals, installation.Failures()[(written.SecretId, written.Version)]);
        connection.Run("UPDATE project_keys SET wrapped_key = @box WHERE id = @id", ("@box", box), ("@id", id));
        Assert.Equal(written.Value, await installation.RevealAsync(written));
    }

    [Theory]
    [InlineData("wrapped_key")]
    [InlineData("id")]
    [InlineData("project_id")]
    [InlineData("id, wrapped_key")]
    [InlineData("project_id, wrapped_key")]
    [InlineData("id, project_id")]
    public async Task Two_KEKs_with_swapped_columns_open_nothing_of_either_project(string columns)
    {
        await using var installation = await TestInstallation.CreateAsync();
        var all = await installation.FillAsync();
        Assert.Equal(all.Select(written => written.Value), await installation.RevealAllAsync(all));
        using var connection = installation.ConnectToTamper();
        var projects = all.Select(written => written.ProjectId).Distinct().ToArray();
        for (var i = 0; i < projects.Length; i++)
        {
            for (var j = i + 1; j < projects.Length; j++)
            {
                Swap(connection, projects[i], projects[j], columns.Split(", "));
                // The KEKs in memory are unchanged and may still open values. A reveal must never give a wrong value.
                var warm = await installation.RevealAllAsync(all);
                Assert.All(all.Zip(warm), pair => Assert.True(pair.Second == pair.First.Value || TestInstallation.IsRefusal(pair.Second)));
                installation.ForgetKeys();
                var cold = await installation.RevealAllAsync(all);
                Assert.All(all.Zip(cold), pair => Assert.Equal(
                    pair.First.ProjectId == projects[i] || pair.First.ProjectId == projects[j] ? ErrorCodes.IntegrityError : pair.First.Value,
                    pair.Second));
                Assert.True(all.Where((_, row) => cold[row] == ErrorCodes.IntegrityError)
                    .All(written => installation.Failures().ContainsKey((written.SecretId, written.Version))));
                Restore(connection);
                installation.ForgetKeys();
            }
        }

        Assert.Equal(all.Select(written => written.Value), await installation.RevealAllAsync(all));
    }

    [Theory]
    [InlineData("master_key_id = 'mk_2'")]
    [InlineData("master_key_id = 'mk_9'")]
    [InlineData("master_key_id = ''")]
    [InlineData("id = 'kek_7zzzzzzzzzzzzzzzzzzzzzzzzz'")]
    [InlineData("id = 'nonsense'")]
    [InlineData("wrapped_key = @empty")]
    [InlineData("wrapped_key = substr(wrapped_key, 1, 77)")]
    [InlineData("wrapped_key = @longer")]
    [InlineData("wrapped_key = (SELECT wrapped_key FROM installation)")]
    public async Task A_KEK_with_a_changed_column_is_refused(string change)
    {
        await using var installation = await TestInstallation.CreateAsync();
        var written = (await installation.FillAsync())[0];
        using var connection = installation.ConnectToTamper();
        var box = connection.One<byte[]>("SELECT wrapped_key FROM project_keys WHERE project_id = @project", ("@project", written.ProjectId));
        connection.Run(
            $"UPDATE project_keys SET {change} WHERE project_id = @project",
            ("@project", written.ProjectId), ("@empty", Array.Empty<byte>()), ("@longer", (byte[])[.. box, 0]));
        installation.ForgetKeys();
        Assert.Equal(ErrorCodes.IntegrityError, await installation.RevealAsync(written));
        Assert.Equal(1, installation.Failures()[(written.SecretId, written.Version)]);
    }

    [Theory]
    [InlineData("secrets", "workspace_id")]
    [InlineData("secrets", "environment_id")]
    [InlineData("secrets", "workspace_id, project_id, environment_id")]
    [InlineData("environments", "workspace_id")]
    [InlineData("environments", "project_id")]
    [InlineData("environments", "workspace_id, project_id")]
    [InlineData("projects", "workspace_id")]
    public async Task A_row_moved_to_another_owner_never_reveals_its_value_to_that_owner(string table, string columns)
    {
        await using var installation = await TestInstallation.CreateAsync();
        var all = await installation.FillAsync();
        using var connection = installation.ConnectToTamper();
        var ids = connection.All($"SELECT id FROM {table} ORDER BY id").Select(row => (string)row[0]).ToArray();
        var pairs = Enumerable.Range(0, ids.Length).SelectMany(i => Enumerable.Range(i + 1, ids.Length - i - 1).Select(j => (ids[i], ids[j])));
        foreach (var (one, two) in ids.Length > 8 ? Rounds.Of(pairs, 7) : pairs)
        {
            if (!TrySwapOwners(connection, table, one, two, columns.Split(", ")))
            {
                continue;
            }

            await Task.WhenAll(all.Where(written => written.Version == 2).Select(async written =>
            {
                Assert.Contains(await installation.RevealAsync(written), (string[])[written.Value, ErrorCodes.IntegrityError, ErrorCodes.NotFound]);
                var other = written.WorkspaceId == "acc_a" ? "acc_b" : "acc_a";
                Assert.True(TestInstallation.IsRefusal(await installation.RevealAsync(written, other)));
            }));
            await Task.WhenAll(all.Select(written => written.EnvironmentId).Distinct()
                .Select(environmentId => EnvironmentRevealsOnlyItsOwnAsync(installation, all, environmentId)));

            Restore(connection);
        }
    }

    [Fact]
    public async Task An_environment_moved_to_another_project_reveals_nothing_under_the_path_of_that_project()
    {
        await using var installation = await TestInstallation.CreateAsync();
        var all = await installation.FillAsync();
        using var connection = installation.ConnectToTamper();
        var mine = all.Where(written => written.WorkspaceId == "acc_a").ToList();
        var (from, to) = (mine[0], mine.First(written => written.ProjectId != mine[0].ProjectId));
        connection.Run("UPDATE environments SET project_id = @to, slug = 'moved' WHERE id = @id", ("@to", to.ProjectId), ("@id", from.EnvironmentId));
        var revealed = await installation.RevealEnvironmentAsync("acc_a", Secronna.Server.Vault.EnvironmentReference.OfSlugs("api", "moved"));
        Assert.Equal([ErrorCodes.IntegrityError], revealed);
    }

    private static async Task EnvironmentRevealsOnlyItsOwnAsync(TestInstallation installation, List<WrittenVersion> all, string environmentId)
    {
        foreach (var workspaceId in (string[])["acc_a", "acc_b"])
        {
            var own = all.Where(written => written.EnvironmentId == environmentId && written.WorkspaceId == workspaceId).Select(written => written.Value);
            var revealed = await installation.RevealEnvironmentAsync(workspaceId, Secronna.Server.Vault.EnvironmentReference.OfId(environmentId));
            Assert.All(revealed, outcome => Assert.True(
                TestInstallation.IsRefusal(outcome) || own.Contains(outcome), $"{workspaceId} was given another's value of {environmentId}"));
        }
    }

    private static string KekOf(DbConnection connection, string projectId) =>
        connection.One<string>("SELECT id FROM project_keys WHERE project_id = @id", ("@id", projectId));

    private static void Swap(DbConnection connection, string one, string other, string[] columns)
    {
        KeepCopy(connection, "project_keys");
        connection.Run("DELETE FROM project_keys WHERE project_id IN (@one, @other)", ("@one", one), ("@other", other));
        foreach (var (mine, theirs) in (ReadOnlySpan<(string, string)>)[(one, other), (other, one)])
        {
            var list = string.Join(", ", new[] { "id", "project_id", "master_key_id", "wrapped_key", "state", "wraps", "created_at", "worker", "worked_until" }
                .Select(column => (columns.Contains(column) ? "b." : "a.") + column));
            connection.Run($"INSERT INTO project_keys SELECT {list} FROM kept a, kept b WHERE a.project_id = @mine AND b.project_id = @theirs",
                ("@mine", mine), ("@theirs", theirs));
        }
    }

    private static bool TrySwapOwners(DbConnection connection, string table, string one, string other, string[] columns)
    {
        KeepCopy(connection, table);
        try
        {
            foreach (var (mine, theirs) in (ReadOnlySpan<(string, string)>)[(one, other), (other, one)])
            {
                // Keys and slugs get unique values, so that swapping the owners violates no constraint.
                var slug = table == "secrets" ? "key = 'MOVED_' || substr(id, 10)" : "slug = 'moved-' || id";
                var set = string.Join(", ", columns.Select(column => $"{column} = (SELECT {column} FROM kept WHERE id = @theirs)"));
                connection.Run($"UPDATE {table} SET {slug}, {set} WHERE id = @mine", ("@mine", mine), ("@theirs", theirs));
            }
        }
        catch (DbException)
        {
            Restore(connection);
            return false;
        }

        return connection.One<long>($"SELECT count(*) FROM {table} JOIN kept USING (id) WHERE {string.Join(" OR ", columns.Select(column => $"{table}.{column} <> kept.{column}"))}") > 0;
    }

    private static void KeepCopy(DbConnection connection, string table)
    {
        connection.Run("DROP TABLE IF EXISTS kept");
        connection.Run("DROP TABLE IF EXISTS kept_name");
        connection.Run($"CREATE TEMP TABLE kept AS SELECT * FROM {table}");
        connection.Run($"CREATE TEMP TABLE kept_name AS SELECT '{table}' AS name");
    }

    private static void Restore(DbConnection connection)
    {
        var table = connection.One<string>("SELECT name FROM kept_name");
        connection.Run($"DELETE FROM {table}");
        connection.Run($"INSERT INTO {table} SELECT * FROM kept");
    }
}
