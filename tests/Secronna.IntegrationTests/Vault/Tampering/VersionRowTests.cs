using System.Data.Common;
using System.Text;
using Secronna.Protocol;
using Secronna.Server.Vault;
using Xunit;

namespace Secronna.IntegrationTests.Vault.Tampering;

/// <summary>S6: changed rows of <c>secret_versions</c> are detected.</summary>
public sealed class VersionRowTests
{
    private static readonly string[][] Swaps =
        [["wrapped_data_key"], ["ciphertext"], ["kek_id"], ["wrapped_data_key", "kek_id"], ["wrapped_data_key", "ciphertext"],
            ["wrapped_data_key", "ciphertext", "kek_id"], ["kek_id", "ciphertext"], ["tag"], ["ciphertext", "tag"], ["secret_id", "version"]];

    [Fact]
    public async Task A_version_with_any_bit_of_a_sealed_field_flipped_is_refused_and_recorded()
    {
        await using var installation = await TestInstallation.CreateAsync();
        await installation.AllowAsync("acc_a");
        var projectId = await installation.AddProjectAsync("acc_a", "web");
        var environmentId = await installation.AddEnvironmentAsync("acc_a", projectId, "production");
        var sample = (await installation.WriteAsync("acc_a", projectId, environmentId, "KEY_0000"))[0];
        var bitFlips = Flips(installation, sample).ToList();
        var written = new List<WrittenVersion>();
        foreach (var chunk in Enumerable.Range(1, bitFlips.Count).Chunk(500))
        {
            written.AddRange(await installation.WriteAsync("acc_a", projectId, environmentId, [.. chunk.Select(i => $"KEY_{i:D4}")]));
        }

        Assert.Equal(written.Select(version => version.Value), await installation.RevealAllAsync(written));
        using (var connection = installation.ConnectToTamper())
        {
            connection.Run("BEGIN");
            for (var i = 0; i < bitFlips.Count; i++)
            {
                Flip(installation, connection, bitFlips[i].Column, bitFlips[i].Bit, written[i].SecretId);
            }

            connection.Run("COMMIT");
        }

        for (var times = 1; times <= 2; times++)
        {
            var outcomes = await installation.RevealAllAsync(written);
            var failures = installation.Failures();
            for (var i = 0; i < bitFlips.Count; i++)
            {
                Assert.True(outcomes[i] == ErrorCodes.IntegrityError, $"{bitFlips[i]}: {outcomes[i]}");
                Assert.Equal(times, failures[(written[i].SecretId, 1)]);
            }

            // The second round begins with nothing in memory.
            installation.ForgetKeys();
        }

        Assert.Equal(sample.Value, await installation.RevealAsync(sample));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Two_versions_with_any_swapped_columns_are_refused_and_recorded(bool cold)
    {
        await using var installation = await TestInstallation.CreateAsync();
        var all = await installation.FillAsync();
        using var connection = installation.ConnectToTamper();
        var rows = all.Select(written => Row.Read(connection, written)).ToArray();
        Assert.Equal(all.Select(written => written.Value), await installation.RevealAllAsync(all));
        foreach (var columns in Swaps)
        {
            foreach (var round in Rounds.Of(PairRounds(rows.Length), Swaps.Length).ToList())
            {
                var moved = Row.Swap(connection, rows, round, columns);
                if (cold)
                {
                    installation.ForgetKeys();
                }

                var before = installation.Failures();
                var outcomes = await installation.RevealAllAsync(all);
                var after = installation.Failures();
                for (var i = 0; i < all.Count; i++)
                {
                    var address = (all[i].SecretId, all[i].Version);
                    Assert.Equal(moved[i] ? ErrorCodes.IntegrityError : all[i].Value, outcomes[i]);
                    Assert.Equal(moved[i] ? 1 : 0, after.GetValueOrDefault(address) - before.GetValueOrDefault(address));
                }

                Row.Restore(connection, rows);
            }
        }

        Assert.Equal(all.Select(written => written.Value), await installation.RevealAllAsync(all));
    }

    [Theory]
    [InlineData("secret_id")]
    [InlineData("version")]
    public async Task A_row_moved_to_another_secret_or_version_is_refused_there_and_missing_at_its_old_place(string column)
    {
        await using var installation = await TestInstallation.CreateAsync();
        var all = await installation.FillAsync();
        using var connection = installation.ConnectToTamper();
        // Moves every row in turn: to version 9 of every other secret, or to version 9 of its own secret.
        foreach (var from in all)
        {
            foreach (var to in all.Where(to => column == "secret_id" ? to.SecretId != from.SecretId : to == from))
            {
                connection.Run("UPDATE secret_versions SET secret_id = @to, version = 9 WHERE secret_id = @from AND version = @version",
                    ("@to", to.SecretId), ("@from", from.SecretId), ("@version", from.Version));
                Assert.Equal(ErrorCodes.IntegrityError, await installation.RevealAsync(to with { Version = 9 }));
                Assert.Equal(ErrorCodes.IntegrityError, await installation.RevealAsync(from));
                connection.Run("UPDATE secret_versions SET secret_id = @from, version = @version WHERE secret_id = @to AND version = 9",
                    ("@to", to.SecretId), ("@from", from.SecretId), ("@version", from.Version));
            }
        }

        Assert.Equal(all.Select(written => written.Value), await installation.RevealAllAsync(all));
    }

    [Theory]
    [InlineData("UPDATE secret_versions SET kek_id = NULL, wrapped_data_key = NULL, ciphertext = NULL, tag = NULL WHERE secret_id = @id")]
    [InlineData("DELETE FROM secret_versions WHERE secret_id = @id")]
    [InlineData("UPDATE secrets SET current_version = 99 WHERE id = @id")]
    public async Task A_missing_part_of_an_existing_secret_is_INTEGRITY_ERROR_and_not_NOT_FOUND(string sql)
    {
        await using var installation = await TestInstallation.CreateAsync();
        await installation.AllowAsync("acc_a");
        var projectId = await installation.AddProjectAsync("acc_a", "web");
        var environmentId = await installation.AddEnvironmentAsync("acc_a", projectId, "production");
        var written = await installation.WriteAsync("acc_a", projectId, environmentId, "KEY", "OTHER");
        using (var connection = installation.ConnectToTamper())
        {
            connection.Run(sql, ("@id", written[0].SecretId));
        }

        Assert.Equal([ErrorCodes.IntegrityError], await installation.RevealEnvironmentAsync("acc_a", EnvironmentReference.OfId(environmentId)));
        Assert.Single(installation.Failures());
        Assert.Equal(written[1].Value, await installation.RevealAsync(written[1]));
    }

    [Theory]
    [InlineData("wrapped_data_key")]
    [InlineData("ciphertext")]
    [InlineData("tag")]
    public async Task A_sealed_field_of_any_other_length_is_refused(string column)
    {
        await using var installation = await TestInstallation.CreateAsync();
        var written = (await installation.FillAsync())[0];
        using var connection = installation.ConnectToTamper();
        var whole = Row.Read(connection, written)[column];
        byte[][] others = [[], .. Enumerable.Range(1, ((byte[])whole).Length - 1).Select(length => ((byte[])whole)[..length]), [.. (byte[])whole, 0], [.. (byte[])whole, .. (byte[])whole]];
        foreach (var other in others)
        {
            connection.Run($"UPDATE secret_versions SET {column} = @box WHERE secret_id = @id AND version = @version",
                ("@box", other), ("@id", written.SecretId), ("@version", written.Version));
            Assert.Equal(ErrorCodes.IntegrityError, await installation.RevealAsync(written));
        }
    }

    private static IEnumerable<(string Column, int Bit)> Flips(TestInstallation installation, WrittenVersion sample)
    {
        using var connection = installation.ConnectToTamper();
        var row = Row.Read(connection, sample);
        foreach (var column in (string[])["wrapped_data_key", "ciphertext", "kek_id", "tag"])
        {
            var length = row[column] is byte[] bytes ? bytes.Length : ((string)row[column]).Length;
            for (var bit = 0; bit < length * 8; bit++)
            {
                // Flipping the highest bit of a character makes malformed UTF-8.
                if (bit % 8 < 7 || row[column] is byte[] || installation.Database.HoldsMalformedText)
                {
                    yield return (column, bit);
                }
            }
        }
    }

    private static void Flip(TestInstallation installation, DbConnection connection, string column, int bit, string secretId)
    {
        var found = connection.One<object>($"SELECT {column} FROM secret_versions WHERE secret_id = @id", ("@id", secretId));
        var bytes = found as byte[] ?? Encoding.UTF8.GetBytes((string)found);
        bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        var content = found is string ? installation.Database.TextOf("@bytes") : "@bytes";
        connection.Run($"UPDATE secret_versions SET {column} = {content} WHERE secret_id = @id", ("@id", secretId), ("@bytes", bytes));
    }

    // All pairs, in rounds of pairs that have no row in common (the circle method of round-robin tournaments).
    private static IEnumerable<List<(int, int)>> PairRounds(int count)
    {
        var circle = Enumerable.Range(1, count - 1).ToList();
        for (var round = 0; round < count - 1; round++)
        {
            int[] order = [0, .. circle];
            yield return [.. Enumerable.Range(0, count / 2).Select(i => (order[i], order[count - 1 - i]))];
            circle.Insert(0, circle[^1]);
            circle.RemoveAt(circle.Count - 1);
        }
    }

    /// <summary>A row as it was written, with the secret and version that it is stored under now.</summary>
    private sealed class Row
    {
        private static readonly string[] Columns = ["secret_id", "version", "kek_id", "wrapped_data_key", "ciphertext", "tag"];
        private static readonly string[] Sealed = Columns[2..];

        private readonly Dictionary<string, object> values;
        private (object SecretId, object Version) address;

        private Row(Dictionary<string, object> values) =>
            (this.values, address) = (values, (values["secret_id"], values["version"]));

        public object this[string column] => values[column];

        public static Row Read(DbConnection connection, WrittenVersion written)
        {
            var row = Assert.Single(connection.All(
                $"SELECT {string.Join(", ", Columns)} FROM secret_versions WHERE secret_id = @id AND version = @version",
                ("@id", written.SecretId), ("@version", written.Version)));
            return new Row(Columns.Zip(row).ToDictionary(pair => pair.First, pair => pair.Second));
        }

        /// <summary>
        /// Swaps columns of pairs of rows. Returns for each row whether its secret and version now hold another row's sealed
        /// columns.
        /// </summary>
        public static bool[] Swap(DbConnection connection, Row[] rows, List<(int, int)> pairs, string[] columns)
        {
            var partner = new Row[rows.Length];
            foreach (var (i, j) in pairs)
            {
                (partner[i], partner[j]) = (rows[j], rows[i]);
            }

            Write(connection, rows, (row, i) => columns.ToDictionary(column => column, column => partner[i][column]));
            // If the addresses are swapped, all sealed columns move with them.
            var taken = columns.Contains("secret_id") ? Sealed : columns;
            return [.. rows.Select((row, i) => taken.Any(column => !Same(row[column], partner[i][column])))];
        }

        public static void Restore(DbConnection connection, Row[] rows) => Write(connection, rows, (row, _) => row.values);

        private static void Write(DbConnection connection, Row[] rows, Func<Row, int, Dictionary<string, object>> content)
        {
            connection.Run("BEGIN");
            // Versions are negated first, because each secret and version is unique.
            connection.Run("UPDATE secret_versions SET version = -version");
            for (var i = 0; i < rows.Length; i++)
            {
                var values = new Dictionary<string, object>(content(rows[i], i));
                values.TryAdd("secret_id", rows[i]["secret_id"]);
                values.TryAdd("version", rows[i]["version"]);
                connection.Run(
                    $"UPDATE secret_versions SET {string.Join(", ", values.Keys.Select(column => $"{column} = @{column}"))}"
                    + " WHERE secret_id = @at_secret AND version = -@at_version",
                    [("@at_secret", rows[i].address.SecretId), ("@at_version", rows[i].address.Version),
                        .. values.Select(pair => ("@" + pair.Key, (object?)pair.Value))]);
                rows[i].address = (values["secret_id"], values["version"]);
            }

            connection.Run("COMMIT");
        }

        private static bool Same(object version, object other) =>
            version is byte[] bytes ? bytes.AsSpan().SequenceEqual((byte[])other) : version.Equals(other);
    }
}
