/* Starts a command line, waits, presses Ctrl-C in its console, and says how it ended and which processes are left.
 *
 *   ctrl_c.exe SECONDS PROGRAM ARGUMENTS...
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>
#include <tlhelp32.h>

/* Processes with the name of the program. */
static int running(const char *name) {
  HANDLE all = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
  PROCESSENTRY32 entry = {.dwSize = sizeof entry};
  int count = 0;
  for (BOOL more = Process32First(all, &entry); more; more = Process32Next(all, &entry)) {
    count += _stricmp(entry.szExeFile, name) == 0;
  }
  CloseHandle(all);
  return count;
}

int main(int count, char **words) {
  char line[8192] = "";
  if (count < 3) {
    fputs("ctrl_c.exe SECONDS PROGRAM ARGUMENTS...\n", stderr);
    return 2;
  }
  for (int i = 2; i < count; i++) {
    strcat(strcat(strcat(line, i > 2 ? " \"" : "\""), words[i]), "\"");
  }
  const char *slash = strrchr(words[2], '\\');
  const char *name = slash ? slash + 1 : strrchr(words[2], '/') ? strrchr(words[2], '/') + 1 : words[2];
  if (!AttachConsole(ATTACH_PARENT_PROCESS)) {
    AllocConsole();
  }
  STARTUPINFOA start = {.cb = sizeof start, .dwFlags = STARTF_USESTDHANDLES};
  start.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
  start.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
  start.hStdError = GetStdHandle(STD_ERROR_HANDLE);
  PROCESS_INFORMATION process;
  if (!CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &start, &process)) {
    printf("not started: %lu\n", GetLastError());
    return 1;
  }
  Sleep(1000 * atoi(words[1]));
  printf("before Ctrl-C: %d processes\n", running(name));
  /* All processes of the console get it; this one ignores it. */
  SetConsoleCtrlHandler(NULL, TRUE);
  if (!GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0)) {
    printf("Ctrl-C cannot be pressed: error %lu\n", GetLastError());
    TerminateProcess(process.hProcess, 1);
    return 1;
  }
  DWORD began = GetTickCount(), code = 0;
  if (WaitForSingleObject(process.hProcess, 60000) != WAIT_OBJECT_0) {
    puts("it did not end within 60 s");
    return 1;
  }
  GetExitCodeProcess(process.hProcess, &code);
  DWORD took = GetTickCount() - began;
  Sleep(1000);
  printf("ended after %lu ms, exit code %lu, %d processes left\n", took, code, running(name));
  return code == 130 && running(name) == 0 ? 0 : 1;
}
