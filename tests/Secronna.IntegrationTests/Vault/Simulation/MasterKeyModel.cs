using System.Globalization;
using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Vault.Simulation;

/// <summary>The master keys that were created and not retired, and the number of rotations that began.</summary>
internal sealed class MasterKeyModel
{
    private readonly Lock gate = new();
    private List<string> held = ["mk_001"];
    private int created = 1;
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
            var id = string.Create(CultureInfo.InvariantCulture, $"mk_{++created:000}");
            held = [.. held, id];
            return id;
        }
    }

    public void NoteRetirement(string id)
    {
        lock (gate)
        {
            held = [.. held.Where(other => other != id)];
        }
    }

    public void NoteRotation() => Interlocked.Increment(ref rotations);

    /// <summary>Asserts that the audit trail has the beginning of each rotation once, and the end of the last one.</summary>
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
