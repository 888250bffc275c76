// Processes, signals, file modes and /proc.
[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]

// Each test starts servers, some under full load: one at a time.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
