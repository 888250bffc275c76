using System.Text.Json;
using Secronna.Attacks;

// usage: secronna-attacks NAME <target.json-on-the-first-line-of-standard-input
// Attacks until standard input ends, then prints how often each answer came.
if (args is not [var name] || Attack.All.FirstOrDefault(attack => attack.Name == name) is not { } chosen)
{
    Console.Error.WriteLine("usage: secronna-attacks NAME, with the target as JSON in the first line of standard input. Names:");
    Console.Error.WriteLine(string.Join('\n', Attack.All.Select(attack => $"  {attack.Name,-22} {attack.Description}")));
    return 2;
}

var target = JsonSerializer.Deserialize<Target>(await Console.In.ReadLineAsync() ?? "null")
    ?? throw new InvalidOperationException("standard input has no target");
using var end = new CancellationTokenSource();
using var attacker = new Attacker(target, end.Token);
var attacking = chosen.RunAsync(attacker);
Console.WriteLine("attacking");
await Task.WhenAny(Console.In.ReadToEndAsync(), attacking);
await end.CancelAsync();
try
{
    await attacking;
}
catch (OperationCanceledException)
{
    // The attack ended between two requests.
}

Console.WriteLine(attacker.Answers);
return 0;
