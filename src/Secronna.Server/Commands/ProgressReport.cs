namespace Secronna.Server.Commands;

/// <summary>Says on standard error, every few seconds, how far long work is; of what is done sooner it says nothing.</summary>
internal sealed class ProgressReport(TimeProvider time)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    private long last = time.GetTimestamp();

    public void Say(string how)
    {
        if (time.GetElapsedTime(last) >= Every)
        {
            last = time.GetTimestamp();
            Console.Error.WriteLine($"… {how}");
        }
    }
}
