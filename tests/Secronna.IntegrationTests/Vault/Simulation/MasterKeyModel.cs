using System.Globalization;
using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Vault.Simulation;

/// <summary>The master keys that were made and not retired, and the rotations that began.</summary>
internal sealed class MasterKeyModel
{
    private readonly Lock gate = new();
    private List<string> held = ["mk_001"];
    private int made = 1;
    private int rotations;

    public IReadOnlyList<string> Held
    {
        get
        {
            lock (gate)
            {
                return held;
            }
        }
    }

    public string New()
    {
        lock (gate)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"mk_{++made:000}");
            held = [.. held, id];
            return id;
        }
    }

    public void Retired(string id)
    {
        lock (gate)
        {
            held = [.. held.Where(other => other != id)];
        }
    }

    public void Rotated() => Interlocked.Increment(ref rotations);

    /// <summary>Each rotation was begun once, and the last one ended.</summary>
    public void Check(TestDatabase database)
    {
        using var connection = database.Connect();
        var trail = connection.All("""
            SELECT name FROM audit_entries WHERE action = 'master_key.rotate' ORDER BY sequence
            """).ConvertAll(row => (string)row[0]);
        Assert.Equal(rotations, trail.Count(name => name == "started"));
        Assert.True(rotations == 0 || trail[^1] == "finished", string.Join(' ', trail));
        Assert.InRange(trail.Count(name => name == "finished"), Math.Min(1, rotations), rotations);
    }
}
